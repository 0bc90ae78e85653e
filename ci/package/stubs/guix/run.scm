;;; Reads the package with stand-ins of Guix's modules, and checks what it says. For ci/package/lint.
;;; Usage: guile -L DIRECTORY run.scm PACKAGE VERSION NUMBER-OF-CRATES
(use-modules (ice-9 match))
;; As (guix gexp) has it: #~ and #$.
(read-hash-extend #\~ (lambda (char port) (list 'gexp (read port))))
(read-hash-extend #\$ (lambda (char port) (list 'ungexp (read port))))
(match (command-line)
  ((_ file version crates)
   (let ((made (primitive-load file)))
     (unless (and (equal? (assq-ref made 'version) version)
                  (= (length (assq-ref made 'inputs)) (string->number crates)))
       (format #t "~s~%" made)
       (exit 1)))))
