//! The rule on dependencies: none asks for a newer Rust than we promise.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::source::Finding;

/// What cargo knows of the packages; it downloads them only if they are not there yet.
pub fn metadata(top: &Path) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ask = |more: &[&str]| {
        let mut command = Command::new(&cargo);
        command.current_dir(top).args(["metadata", "--format-version", "1", "--locked"]).args(more);
        let output = command.output().map_err(|error| format!("cargo: {error}"))?;
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(output.stdout) } else { Err(complaint) }
    };
    let facts = ask(&["--offline"]).or_else(|_| ask(&[]))?;
    Ok(String::from_utf8_lossy(&facts).into_owned())
}

/// The packages among these facts that ask for a newer Rust than `Cargo.toml` promises, by their lines in `Cargo.lock`.
pub fn rust_version(manifest: &str, lock: &str, facts: &Result<String, String>) -> Vec<Finding> {
    let Some(ours) = promised(manifest) else {
        return vec![Finding::new("Cargo.toml", 1, "no rust-version: say what we promise")];
    };
    let facts = facts.as_ref().map_err(Clone::clone);
    let facts =
        facts.and_then(|facts| serde_json::from_str::<Value>(facts).map_err(|e| e.to_string()));
    let facts = match facts {
        Ok(facts) => facts,
        Err(complaint) => {
            let first =
                complaint.lines().find(|line| line.starts_with("error")).unwrap_or(&complaint);
            return vec![Finding::new(
                "Cargo.lock",
                1,
                format!("cargo metadata --locked fails: {first}"),
            )];
        }
    };
    let packages = facts["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages.iter().filter_map(|package| newer(package, &ours, lock)).collect()
}

fn promised(manifest: &str) -> Option<String> {
    let line = manifest.lines().find(|line| line.starts_with("rust-version"))?;
    line.split('"').nth(1).map(str::to_owned)
}

fn newer(package: &Value, ours: &str, lock: &str) -> Option<Finding> {
    let theirs = package["rust_version"].as_str()?;
    let (name, version) = (package["name"].as_str()?, package["version"].as_str()?);
    let what = format!(
        "{name} {version} asks for Rust {theirs}, our rust-version is {ours}: take an older {name}"
    );
    let line = line_of(name, version, lock);
    (numbers(theirs) > numbers(ours)).then(|| Finding::new("Cargo.lock", line, what))
}

fn numbers(version: &str) -> [u32; 3] {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// Where that package stands in `Cargo.lock`.
pub fn line_of(name: &str, version: &str, lock: &str) -> usize {
    let (name, version) = (format!("name = \"{name}\""), format!("version = \"{version}\""));
    let lines: Vec<&str> = lock.lines().collect();
    lines.windows(2).position(|pair| pair == [&name, &version]).map_or(1, |before| before + 1)
}
