//! Names that may have been meant.

/// The most names that are worth showing.
const MOST: usize = 3;

/// Those of `names` that are nearly `name`, the nearest first; none that is much further than the nearest.
#[must_use]
pub fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wide = (name.chars().count() / 2).clamp(1, 3);
    let name = name.to_lowercase();
    // A name that the other one goes on from is nearer than one of another spelling is far.
    let goes_on = |longer: &str, shorter: &str| {
        let rest = longer.strip_prefix(shorter);
        shorter.len() > 2 && rest.is_some_and(|rest| rest.starts_with(['.', '-']))
    };
    let distance = |other: &'a str| {
        let lower = other.to_lowercase();
        match goes_on(&name, &lower) || goes_on(&lower, &name) {
            true => (1, other),
            false => (strsim::damerau_levenshtein(&name, &lower), other),
        }
    };
    let mut found: Vec<_> = names
        .into_iter()
        .map(distance)
        .filter(|(far, _)| *far <= wide)
        .collect();
    found.sort_unstable();
    found.dedup();
    let nearest = found.first().map_or(0, |(far, _)| *far);
    found
        .into_iter()
        .filter(|(far, _)| *far <= nearest + 1)
        .take(MOST)
        .map(|(_, other)| other.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let names = ["node-a", "node-b", "nodes-a", "worker", "node-a"];
        assert_eq!(near("nodea", names), ["node-a", "node-b", "nodes-a"]);
        assert_eq!(near("NODE-A", names), ["node-a", "node-b", "nodes-a"]);
        assert_eq!(near("x", names), Vec::<String>::new());
        assert_eq!(near("worker.example.org", names), ["worker"]);
        assert_eq!(
            near("web-9", ["db-0", "web-1", "web-2"]),
            ["web-1", "web-2"]
        );
        assert_eq!(
            near("worker", ["worker-7", "workers"]),
            ["worker-7", "workers"]
        );
    }
}
