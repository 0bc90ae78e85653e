# Stands in for nixpkgs: evaluates the package, and checks what it passes on. For ci/package/lint.
{ package }:
let
  made = import package {
    lib = {
      licenses.asl20 = "Apache-2.0";
      platforms.unix = [ ];
    };
    fetchFromGitHub = source: source;
    installShellFiles = "installShellFiles";
    versionCheckHook = "versionCheckHook";
    rustPlatform.buildRustPackage =
      arguments:
      let
        final = arguments final;
      in
      final;
  };
in
assert made.src.tag == "v${made.version}";
assert builtins.stringLength made.src.hash == 51;
assert builtins.pathExists made.cargoLock.lockFile;
assert (builtins.fromTOML (builtins.readFile made.cargoLock.lockFile)).package != [ ];
made.pname + "-" + made.version
