//! A file that tells where the server listens.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

/// The content of the file.
#[derive(Debug, Serialize)]
pub(crate) struct Origins<'a> {
    pub(crate) origin: &'a str,
    pub(crate) second_origin: &'a str,
}

/// The file, removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Announcement {
    path: PathBuf,
    content: String,
}

impl Announcement {
    /// Writes the file. A reader finds either all of it or nothing.
    pub(crate) fn write(path: &Path, origins: &Origins<'_>) -> io::Result<Self> {
        let content = serde_json::to_string(origins)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}", std::process::id()));
        fs::write(&draft, &content)?;
        fs::rename(&draft, path)?;
        let path = path.to_owned();
        Ok(Self { path, content })
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // By now the file may be another server's.
        if fs::read_to_string(&self.path).is_ok_and(|content| content == self.content) {
            // If the file stays, its reader finds no server at the address, which is as clear as no file.
            let _ = fs::remove_file(&self.path);
        }
    }
}
