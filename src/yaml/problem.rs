//! The parser's problems in hhgit's own words.

/// What the parser stumbled over, as the end of a sentence.
pub(super) fn in_own_words(problem: &str) -> &'static str {
    const WORDS: &[(&str, &str)] = &[
        ("mapping values are not allowed", "a colon stands where no key can be; a text that holds ': ' needs quotes"),
        (
            "cannot start any token",
            "a character stands here that no value can start with; a tab does not indent, and @, ` and % need quotes",
        ),
        ("tab character", "a tab does not indent; use spaces"),
        ("could not find expected ':'", "a key before this has no colon after it"),
        ("did not find expected key", "a key was expected here; the indentation or a quote before it may be wrong"),
        (
            "did not find expected '-' indicator",
            "a list item was expected here; the indentation before it may be wrong",
        ),
        (
            "did not find expected node content",
            "a value was expected here; a bracket before it may not be closed, and a template's braces need quotes",
        ),
        ("did not find expected ',' or ']'", "a comma or a closing bracket was expected here"),
        ("did not find expected ',' or '}'", "a comma or a closing brace was expected here"),
        ("control characters", "a control character stands here, which YAML does not allow"),
        ("unexpected end of stream", "the document ends inside a quoted text"),
        ("unexpected document indicator", "a quoted text runs over a document separator"),
        ("unknown escape character", "this escape with a backslash means nothing in YAML"),
        ("block sequence entries are not allowed", "a list item cannot start here"),
        ("block collections are not allowed", "a list or mapping cannot start here"),
        ("mapping keys are not allowed", "a key cannot start here"),
        ("undefined tag handle", "a tag here uses a handle that nothing defines"),
        (
            "did not find expected <document start>",
            "a directive stands alone here, because Kubernetes cuts at the separator below it; delete the directive",
        ),
        ("duplicate %", "a directive stands here twice"),
    ];
    WORDS.iter().find(|(words, _)| problem.contains(words)).map_or("the YAML syntax is wrong here", |(_, own)| own)
}
