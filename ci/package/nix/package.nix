# For nixpkgs, pkgs/by-name/wi/withlock. What depends on the published release (@...@) is filled in by ci/package/fill,
# which puts Cargo.lock beside it. nixpkgs itself prefers a cargoHash, which `nix-build` tells.
{
  lib,
  rustPlatform,
  fetchFromGitHub,
  installShellFiles,
  versionCheckHook,
}:

rustPlatform.buildRustPackage (finalAttrs: {
  pname = "withlock";
  version = "@VERSION@";

  src = fetchFromGitHub {
    owner = "@OWNER@";
    repo = "withlock";
    tag = "v${finalAttrs.version}";
    hash = "@TREE_SRI@";
  };

  cargoLock.lockFile = ./Cargo.lock;

  # Those that run the program look for shells and tools where the sandbox has none.
  cargoTestFlags = [ "--lib" ];

  nativeBuildInputs = [ installShellFiles ];

  # No link `flock`: util-linux has it.
  postInstall = ''
    installManPage man/withlock.1
    installShellCompletion --cmd withlock \
      --bash ci/package/completions/withlock.bash \
      --fish ci/package/completions/withlock.fish \
      --zsh ci/package/completions/_withlock
  '';

  nativeInstallCheckInputs = [ versionCheckHook ];
  doInstallCheck = true;

  meta = {
    description = "Hold a lock while a command runs, so that it never runs twice at once";
    homepage = "@HOME@";
    changelog = "@HOME@/blob/v${finalAttrs.version}/CHANGELOG.md";
    license = lib.licenses.asl20;
    maintainers = [ ];
    mainProgram = "withlock";
    platforms = lib.platforms.unix;
  };
})
