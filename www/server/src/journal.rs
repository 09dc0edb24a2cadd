//! Keeps a feed's recent events in files over a restart of the server.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// The most bytes that are read of a file. No journal of this server is as large.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// An event, as a line of the file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry<'a> {
    pub(crate) id: u64,
    pub(crate) event: Cow<'a, str>,
    pub(crate) data: Cow<'a, str>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(id: u64, event: &'a str, data: String) -> Self {
        Self {
            id,
            event: event.into(),
            data: data.into(),
        }
    }

    /// Whether the line is exactly one event: another program may have written the file.
    fn is_one_event(&self) -> bool {
        !self.event.contains(['\n', '\r']) && !self.data.contains(['\n', '\r'])
    }
}

/// The newest events, at least `capacity` and at most about twice as many, in two files: one that grows, and the full one before
/// it. A line is written before its event is sent, so that a server that is killed loses no event that a client has.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    lines: usize,
    capacity: usize,
}

impl Journal {
    /// Opens the journal of this name, and returns the newest `capacity` events in it, oldest first.
    ///
    /// A line that is incomplete or invalid is left out.
    ///
    /// # Errors
    ///
    /// If the folder or the files cannot be read or written.
    pub(crate) fn open(
        folder: &Path,
        name: &str,
        capacity: usize,
    ) -> io::Result<(Self, Vec<Entry<'static>>)> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{name}.jsonl"));
        let mut entries = Vec::new();
        read_into(&mut entries, &path_of_full_file(&path))?;
        read_into(&mut entries, &path)?;
        entries.drain(..entries.len().saturating_sub(capacity));
        // This rewrites the full file, so that it has no invalid lines. After a crash before the other file is empty, some ids are
        // in both files; reading skips them.
        replace_file(&path_of_full_file(&path), &lines(&entries)?)?;
        let journal = Self {
            file: File::create(&path)?,
            path,
            lines: 0,
            capacity,
        };
        Ok((journal, entries))
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) fn append(&mut self, entries: &[Entry<'_>]) -> io::Result<()> {
        if self.lines >= self.capacity {
            fs::rename(&self.path, path_of_full_file(&self.path))?;
            self.file = File::create(&self.path)?;
            self.lines = 0;
        }
        self.file.write_all(&lines(entries)?)?;
        self.lines += entries.len();
        Ok(())
    }
}

/// Writes a file. A reader finds either the old content or the new one, also after a crash.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = File::create(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

fn path_of_full_file(path: &Path) -> PathBuf {
    path.with_extension("full.jsonl")
}

fn lines(entries: &[Entry<'_>]) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut lines, entry)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Adds the entries of a file, except those whose ids do not grow.
fn read_into(entries: &mut Vec<Entry<'static>>, path: &Path) -> io::Result<()> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(MAX_BYTES).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(entry) = serde_json::from_slice::<Entry<'static>>(line)
            && entry.is_one_event()
            && entry.id < u64::MAX
            && entries.last().is_none_or(|last| last.id < entry.id)
        {
            entries.push(entry);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const CAPACITY: usize = 5;

    fn folder() -> TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn open(folder: &TempDir) -> (Journal, Vec<u64>) {
        let (journal, entries) = Journal::open(folder.path(), "it", CAPACITY).expect("it opens");
        (journal, entries.iter().map(|entry| entry.id).collect())
    }

    fn append(journal: &mut Journal, ids: impl IntoIterator<Item = u64>) {
        for id in ids {
            let entry = Entry::new(id, "said", format!("\"{id}\\n\""));
            journal.append(&[entry]).expect("it is written");
        }
    }

    #[test]
    fn the_newest_events_are_kept_over_restarts() {
        let folder = folder();
        let (mut journal, ids) = open(&folder);
        assert!(ids.is_empty());
        append(&mut journal, 1..=3);
        let (mut journal, ids) = open(&folder);
        assert_eq!(ids, [1, 2, 3]);
        append(&mut journal, 4..=23);
        assert_eq!(open(&folder).1, [19, 20, 21, 22, 23]);
        assert_eq!(open(&folder).1, [19, 20, 21, 22, 23]);
    }

    #[test]
    fn the_files_are_bounded() {
        let folder = folder();
        let (mut journal, _) = open(&folder);
        append(&mut journal, 1..=1000);
        let files = [journal.path.clone(), path_of_full_file(&journal.path)];
        let lines = files.map(|file| fs::read_to_string(file).expect("text").lines().count());
        let lines: usize = lines.iter().sum();
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 2);
        assert!((CAPACITY..=2 * CAPACITY).contains(&lines), "{lines} lines");
    }

    #[test]
    fn incomplete_and_invalid_lines_are_left_out() {
        let folder = folder();
        let (mut journal, _) = open(&folder);
        append(&mut journal, 1..=2);
        let nonsense: [&[u8]; 6] = [
            b"\xff\xfe\n\n[]\n",
            br#"{"id":3,"event":"a\nid: 9","data":"1"}"#,
            b"\n",
            br#"{"id":4,"event":"a","data":"1\n\ndata: 2"}"#,
            b"\n{\"id\":1,\"event\":\"late\",\"data\":\"1\"}\n",
            br#"{"id":5,"event":"sa"#,
        ];
        journal.file.write_all(&nonsense.concat()).expect("written");
        let (mut journal, ids) = open(&folder);
        assert_eq!(ids, [1, 2]);
        append(&mut journal, 3..=3);
        assert_eq!(open(&folder).1, [1, 2, 3]);
    }

    #[test]
    fn a_crash_while_a_journal_is_opened_doubles_no_event() {
        let folder = folder();
        let (mut journal, _) = open(&folder);
        append(&mut journal, 1..=7);
        let both = [1, 2, 3, 4, 5, 6, 7].map(|id| Entry::new(id, "said", "1".into()));
        replace_file(
            &path_of_full_file(&journal.path),
            &lines(&both).expect("JSON"),
        )
        .expect("written");
        assert_eq!(open(&folder).1, [3, 4, 5, 6, 7]);
    }
}
