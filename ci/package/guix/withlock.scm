;;; For Guix: `guix build -f withlock.scm`, or for a channel. What depends on the published release (@...@) is filled in
;;; by ci/package/fill. In Guix itself, `guix import --insert=gnu/packages/rust-crates.scm crate --lockfile=Cargo.lock
;;; withlock` lists the crates, and (cargo-inputs 'withlock) names them.

(define-module (withlock)
  #:use-module (guix build-system cargo)
  #:use-module (guix gexp)
  #:use-module (guix git-download)
  #:use-module ((guix licenses) #:prefix license:)
  #:use-module (guix packages))

(define %crates
  (list
@GUIX_CRATES@))

(define-public withlock
  (package
    (name "withlock")
    (version "@VERSION@")
    (source
     (origin
       (method git-fetch)
       (uri (git-reference
             (url "@HOME@")
             (commit (string-append "v" version))))
       (file-name (git-file-name name version))
       (sha256
        (base32 "@TREE_NIX32@"))))
    (build-system cargo-build-system)
    (arguments
     (list
      #:install-source? #f
      ;; Those that run the program look for shells and tools where the build container has none.
      #:cargo-test-flags ''("--lib")
      #:phases
      #~(modify-phases %standard-phases
          ;; No link `flock': util-linux has it.
          (add-after 'install 'install-more
            (lambda _
              (let ((share (string-append #$output "/share")))
                (install-file "man/withlock.1" (string-append share "/man/man1"))
                (install-file "ci/package/completions/_withlock"
                              (string-append share "/zsh/site-functions"))
                (install-file "ci/package/completions/withlock.fish"
                              (string-append share "/fish/vendor_completions.d"))
                (let ((bash (string-append share "/bash-completion/completions")))
                  (mkdir-p bash)
                  (copy-file "ci/package/completions/withlock.bash"
                             (string-append bash "/withlock")))))))))
    (inputs %crates)
    (home-page "@HOME@")
    (synopsis "Hold a lock while a command runs")
    (description
     "Withlock runs a command while it holds a lock, so that the command never
runs twice at once.  It is made for cron jobs, backups and scripts.  While it
runs, a second run is refused, or waits, and says who holds the lock.  The
kernel keeps the lock, so it is free after a crash.")
    (license license:asl2.0)))

withlock
