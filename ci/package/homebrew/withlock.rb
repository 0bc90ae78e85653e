# For homebrew-core, Formula/w/. What depends on the published release (@...@) is filled in by ci/package/fill; brew
# adds the bottles.
class Withlock < Formula
  desc "Hold a lock while a command runs, so that it never runs twice at once"
  homepage "@HOME@"
  url "@HOME@/archive/refs/tags/v@VERSION@.tar.gz"
  sha256 "@SHA256@"
  license "Apache-2.0"
  head "@HOME@.git", branch: "main"

  depends_on "rust" => :build

  # No link `flock`: the formulae flock and util-linux have it.
  def install
    system "cargo", "install", *std_cargo_args

    man1.install "man/withlock.1"
    bash_completion.install "ci/package/completions/withlock.bash" => "withlock"
    fish_completion.install "ci/package/completions/withlock.fish"
    zsh_completion.install "ci/package/completions/_withlock"
  end

  test do
    lock = testpath/"test.lock"
    system bin/"withlock", lock, "touch", "ran"
    assert_path_exists testpath/"ran"
    refute_path_exists lock

    # The status of the job is passed on: its own run finds the lock busy.
    output = shell_output("#{bin}/withlock #{lock} #{bin}/withlock #{lock} true 2>&1", 1)
    assert_match "#{lock} is held by", output
  end
end
