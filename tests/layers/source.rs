//! Reads a Rust file as tokens: the paths it names, the words it says, and how long its functions are. Comments and texts
//! are no tokens, so they cannot be mistaken for code; what stands inside a macro's parentheses is read like the rest.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What one file holds, its tests left out.
pub(crate) struct Source {
    /// The module below src/: `plan`, `verdict::code`.
    pub(crate) module: String,
    /// Whether all of it is tests.
    pub(crate) is_test: bool,
    /// Every path of two names or more, and every name a `use` starts with; `super` and `self` spelt out.
    pub(crate) paths: BTreeSet<String>,
    /// Every single word.
    pub(crate) words: BTreeSet<String>,
    /// What every `expect` says.
    pub(crate) expects: Vec<String>,
    /// Every function, those of tests too.
    pub(crate) functions: Vec<Function>,
}

/// A function and its length.
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// The lines from `fn` to its closing brace.
    pub(crate) lines: usize,
}

impl Source {
    /// Reads a file by its path from the package's root.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, String> {
        let stream: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| error.to_string())?;
        let inner = name.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
        let is_test = inner.ends_with("::tests") || inner.contains("::tests::") || inner.ends_with("::sample");
        let (paths, words) = (BTreeSet::new(), BTreeSet::new());
        let (expects, functions) = (Vec::new(), Vec::new());
        let mut source = Self { module: inner, is_test, paths, words, expects, functions };
        source.lengths(stream.clone());
        source.walk(stream, &[]);
        Ok(source)
    }

    fn lengths(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            if let TokenTree::Group(group) = token {
                self.lengths(group.stream());
            }
            let (true, Some(TokenTree::Ident(name))) = (is_ident(token, "fn"), tokens.get(index + 1)) else { continue };
            let body = tokens[index..].iter().take_while(|token| !is_punct(token, ';')).find_map(braces);
            if let Some(body) = body {
                let lines = body.span_close().end().line - token.span().start().line + 1;
                self.functions.push(Function { name: name.to_string(), lines });
            }
        }
    }

    /// Collects paths and words; `prefix` is what stands before the braces of a `use`.
    fn walk(&mut self, stream: TokenStream, prefix: &[String]) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut index = 0;
        let mut in_use = !prefix.is_empty();
        while index < tokens.len() {
            if is_test_attribute(&tokens, index) {
                index = after_item(&tokens, index + 2);
                continue;
            }
            match &tokens[index] {
                TokenTree::Group(group) => self.walk(group.stream(), &[]),
                TokenTree::Ident(_) => {
                    let (path, end) = path_at(&tokens, index);
                    in_use |= path == ["use"];
                    self.words.extend(path.iter().cloned());
                    if let (["expect"], Some(TokenTree::Group(said))) = (strs(&path).as_slice(), tokens.get(end)) {
                        self.expects.push(said.stream().to_string());
                    }
                    let whole: Vec<String> = prefix.iter().chain(&path).cloned().collect();
                    if let Some(group) = group_after_path(&tokens, end) {
                        self.walk(group.stream(), &whole);
                        index = end + 3;
                        continue;
                    }
                    if whole.len() > 1 || (in_use && path != ["use"]) {
                        self.name(&whole);
                    }
                    index = end;
                    continue;
                }
                token if is_punct(token, ';') => in_use = false,
                _ => {}
            }
            index += 1;
        }
    }

    fn name(&mut self, path: &[String]) {
        let mut here: Vec<&str> = self.module.split("::").collect();
        let supers = path.iter().take_while(|part| *part == "super").count();
        let written: Vec<&str> = match path[0].as_str() {
            "super" => {
                here.truncate(here.len().saturating_sub(supers));
                std::iter::once("crate").chain(here).chain(path[supers..].iter().map(String::as_str)).collect()
            }
            "self" => std::iter::once("crate").chain(here).chain(path[1..].iter().map(String::as_str)).collect(),
            _ => path.iter().map(String::as_str).collect(),
        };
        let written = written.strip_suffix(&["self"]).unwrap_or(&written);
        self.paths.insert(written.join("::"));
    }
}

/// The path that starts at this name, and the index after it.
fn path_at(tokens: &[TokenTree], mut index: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    while let Some(TokenTree::Ident(name)) = tokens.get(index) {
        path.push(name.to_string());
        index += 1;
        if !is_colons(tokens, index) || !matches!(tokens.get(index + 2), Some(TokenTree::Ident(_))) {
            break;
        }
        index += 2;
    }
    (path, index)
}

fn strs(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

fn group_after_path(tokens: &[TokenTree], index: usize) -> Option<&Group> {
    if is_colons(tokens, index) { tokens.get(index + 2).and_then(braces) } else { None }
}

fn is_colons(tokens: &[TokenTree], index: usize) -> bool {
    let colon = |index: usize| tokens.get(index).is_some_and(|token| is_punct(token, ':'));
    colon(index) && colon(index + 1)
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_punct(token: &TokenTree, c: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == c)
}

fn braces(token: &TokenTree) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

/// Whether `#[cfg(test)]` or `#[test]` stands here.
fn is_test_attribute(tokens: &[TokenTree], index: usize) -> bool {
    let Some(TokenTree::Group(group)) = tokens.get(index + 1) else { return false };
    let text = group.stream().to_string().replace(' ', "");
    is_punct(&tokens[index], '#') && (text == "cfg(test)" || text == "test")
}

/// The index after the item that starts here: after its braces, or its semicolon.
fn after_item(tokens: &[TokenTree], start: usize) -> usize {
    let ends = |token: &TokenTree| is_punct(token, ';') || braces(token).is_some();
    tokens[start..].iter().position(ends).map_or(tokens.len(), |length| start + length + 1)
}
