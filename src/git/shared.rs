//! Who else may read and write what git makes in a repository, as `core.sharedRepository` says it.

use gix::bstr::ByteSlice;

/// Git's reading of `core.sharedRepository`; none is the key without a value.
pub(super) fn shared_permissions(value: Option<&[u8]>) -> i32 {
    const GROUP: i32 = 0o660;
    const EVERYBODY: i32 = 0o664;
    let Some(value) = value else { return GROUP };
    let text = value.to_str_lossy().to_ascii_lowercase();
    match text.as_str() {
        "umask" | "false" | "no" | "off" | "" => 0,
        "group" | "true" | "yes" | "on" => GROUP,
        "all" | "world" | "everybody" => EVERYBODY,
        octal => match i32::from_str_radix(octal, 8) {
            Ok(0) => 0,
            Ok(1) => GROUP,
            Ok(2) => EVERYBODY,
            // Git refuses a mode that its owner can not read and write, and drops what is no permission for a file.
            Ok(mode) if mode & 0o600 == 0o600 && mode <= 0o777 => -(mode & 0o666),
            _ => 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_repository_is_read_as_git_reads_it() {
        let read = |text: &str| shared_permissions(Some(text.as_bytes()));
        assert_eq!(shared_permissions(None), 0o660);
        assert_eq!([read("group"), read("true"), read("1")], [0o660; 3]);
        assert_eq!([read("all"), read("world"), read("2"), read("everybody")], [0o664; 4]);
        assert_eq!([read("0640"), read("0770"), read("0664")], [-0o640, -0o660, -0o664]);
        assert_eq!([read("umask"), read("false"), read("0"), read("nonsense")], [0; 4]);
    }
}
