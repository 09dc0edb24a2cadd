//! What the manifests say.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use fs_err as fs;
use toml::{Table, Value};

use super::{CORE, CRATE};
use crate::{frameworks::HOOKS, npm};

/// What stands in the manifest until a maintainer has filled in where the project is published from.
const PLACEHOLDER: &str = "example.invalid";

/// The workspace's manifest.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(super) version: String,
    /// The lowest version of Rust.
    pub(super) rust_version: String,
    pub(crate) repository: String,
    dependencies: Table,
}

/// How docs.rs documents a crate.
#[derive(Debug, Default)]
pub(super) struct Docs {
    pub(super) features: Vec<String>,
    pub(super) target: Option<String>,
}

impl Workspace {
    pub(crate) fn read() -> Result<Self> {
        Self::parse(&fs::read_to_string("Cargo.toml")?)
    }

    fn parse(manifest: &str) -> Result<Self> {
        let manifest: Table = manifest.parse()?;
        let workspace = manifest.get("workspace").context("there is no workspace")?;
        let package = workspace.get("package");
        let text = |name: &str| {
            let value = package.and_then(|package| package.get(name)?.as_str());
            value
                .map(str::to_owned)
                .with_context(|| format!("[workspace.package] has no {name}"))
        };
        let dependencies = workspace.get("dependencies").and_then(Value::as_table);
        Ok(Self {
            version: text("version")?,
            rust_version: text("rust-version")?,
            repository: text("repository")?,
            dependencies: dependencies.cloned().unwrap_or_default(),
        })
    }

    /// Says what a maintainer has yet to fill in.
    pub(super) fn missing(&self) -> Option<String> {
        self.repository.contains(PLACEHOLDER).then(|| {
            format!(
                "Cargo.toml: `repository` is a placeholder, {}: fill in the project's URL",
                self.repository
            )
        })
    }

    /// Checks that the crates depend on each other, and the npm package is called, by the one version.
    pub(super) fn check_versions(&self) -> Result<()> {
        let Self { version, .. } = self;
        for (name, dependency) in &self.dependencies {
            let required = dependency.get("version").and_then(Value::as_str);
            ensure!(
                required == Some(version),
                "[workspace.dependencies] has {name} {required:?} instead of {version}"
            );
        }
        let package = Path::new(npm::JAVASCRIPT).join("package.json");
        let wanted = format!("\"version\": \"{version}\"");
        ensure!(
            fs::read_to_string(&package)?.contains(&wanted),
            "{} does not have {wanted}",
            package.display()
        );
        Ok(())
    }

    /// How docs.rs documents a crate.
    pub(super) fn docs(&self, package: &str) -> Result<Docs> {
        let manifest = fs::read_to_string(folder(package).join("Cargo.toml"))?;
        let manifest: Table = manifest.parse()?;
        let docs = manifest.get("package").and_then(|package| {
            let metadata = package.get("metadata")?.get("docs")?;
            metadata.get("rs")
        });
        let texts = |name: &str| -> Vec<String> {
            let list = docs.and_then(|docs| docs.get(name)?.as_array());
            let texts = list.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        Ok(Docs {
            features: texts("features"),
            target: texts("targets").into_iter().next(),
        })
    }
}

/// The folder of a published crate.
pub(super) fn folder(package: &str) -> PathBuf {
    match package {
        CRATE => PathBuf::from("."),
        CORE => PathBuf::from("core"),
        HOOKS => PathBuf::from("frameworks/hooks"),
        _ => Path::new("frameworks").join(package.trim_start_matches("typed-eventsource-")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(repository: &str) -> Workspace {
        let manifest = format!(
            "[workspace.package]\nversion = \"1.2.3\"\nrust-version = \"1.88\"\nrepository = \"{repository}\"\n"
        );
        Workspace::parse(&manifest).expect("a manifest")
    }

    #[test]
    fn a_placeholder_is_told_from_a_url() {
        let missing = workspace("https://example.invalid/x").missing();
        assert!(missing.is_some_and(|missing| missing.contains("example.invalid/x")));
        assert_eq!(workspace("https://example.org/x").missing(), None);
    }

    #[test]
    fn each_published_crate_is_where_its_folder_is_said_to_be() {
        for package in super::super::packages() {
            let manifest = Path::new("..").join(folder(&package)).join("Cargo.toml");
            let manifest = fs::read_to_string(manifest).expect("a manifest");
            assert!(manifest.contains(&format!("name = \"{package}\"")));
        }
    }
}
