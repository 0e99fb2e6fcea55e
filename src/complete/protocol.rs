//! What kubectl reads from a completion: a candidate a line, a tab and what it is about, at last a directive.
//! (`cobra`'s `__complete`, which kubectl passes on.)

use super::{Candidate, Files, Offer};

/// No blank behind the word: it goes on.
const NO_SPACE: u8 = 2;
/// No files.
const NO_FILES: u8 = 4;
/// Folders alone.
const FOLDERS: u8 = 16;

impl Offer {
    /// The answer, with the names that were looked up.
    #[must_use]
    pub fn answer(&self, names: Vec<String>) -> String {
        let names = names
            .into_iter()
            .map(|text| Candidate { text, about: None });
        let mut all: Vec<Candidate> = self.defined.iter().cloned().chain(names).collect();
        all.retain(|one| self.offers(&one.text));
        all.sort();
        all.dedup_by(|a, b| a.text == b.text);
        let mut answer = String::new();
        for Candidate { text, about } in &all {
            answer.push_str(&self.front);
            answer.push_str(text);
            if let Some(about) = about.as_deref().and_then(|about| about.lines().next()) {
                answer.push('\t');
                answer.push_str(about);
            }
            answer.push('\n');
        }
        let goes_on = !all.is_empty() && all.iter().all(|one| one.text.ends_with('/'));
        let space = if goes_on { NO_SPACE } else { 0 };
        let files = match self.files {
            Files::All => 0,
            Files::Folders => FOLDERS,
            Files::None => NO_FILES,
        };
        answer + &format!(":{}\n", space | files)
    }

    /// Whether it goes on from what is typed, and is not there yet.
    fn offers(&self, text: &str) -> bool {
        let done = text == self.typed && text.ends_with('/');
        text.starts_with(&self.typed)
            && is_plain(text)
            && !done
            && !self.taken.iter().any(|taken| taken == text)
    }
}

/// Whether a name can be a line, and be typed: a control character would end it, or reach the terminal.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_control)
}
