"""Sorts raw/ at a bare repository's root as one would write it first: git's plumbing around a YAML parser, in one process each.

usage: plumbing.py REPOSITORY --ref REF --writer mktree|index|fast-import

Every document is loaded with libyaml; one that names a Hedgehog object goes to managed/, what is left of a file to unmanaged/.
"""
import argparse
import os
import re
import subprocess

import yaml

FOLDERS = {kind: kind.lower() + ("es" if kind == "Switch" else "s")
           for kind in ("Connection", "External", "ExternalAttachment", "ExternalPeering", "IPv4Namespace", "Server",
                        "Switch", "SwitchGroup", "VLANNamespace", "VPC", "VPCAttachment", "VPCPeering")}
VERSION = re.compile(r"(?:wiring|vpc)\.githedgehog\.com/v[0-9a-z]+").fullmatch
NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?").fullmatch
SEPARATOR = re.compile(rb"^---(?=\s|\Z)", re.MULTILINE)
WHO = {f"GIT_{role}_{part}": "plumbing" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}


class Git:
    def __init__(self, repository):
        self.repository = repository

    def __call__(self, *args, given=b"", **environment):
        run = subprocess.run(["git", "-C", self.repository, *args], input=given, stdout=subprocess.PIPE, check=True,
                             env={**os.environ, **WHO, **environment})
        return run.stdout

    def blobs(self, ids):
        out, at = self("cat-file", "--batch", "--buffer", given=b"".join(i + b"\n" for i in ids)), 0
        for _ in ids:
            line = out.index(b"\n", at)
            end = line + 1 + int(out[at:line].rsplit(b" ", 1)[1])
            yield out[line + 1:end]
            at = end + 1

    def imported(self, stream):
        return self("-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", given=stream)


def place(text):
    """Where a document belongs: a path, "" for nowhere, None for a document of nothing."""
    value = yaml.load(text, yaml.CSafeLoader)
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return ""
    kind, version = value.get("kind"), value.get("apiVersion")
    name, space = value["metadata"].get("name"), value["metadata"].get("namespace", "default")
    texts = all(isinstance(text, str) for text in (kind, version, name, space))
    if not texts or kind not in FOLDERS or not VERSION(version) or not NAME(name) or not NAME(space):
        return ""
    return f"managed/{FOLDERS[kind]}/{'' if space == 'default' else space + '_'}{name}.yaml"


def documents(text):
    """The documents of a file with their places; the whole file at no place if any cannot be read."""
    cuts = [match.start() for match in SEPARATOR.finditer(text)]
    if not cuts or text[:cuts[0]].strip():
        cuts.insert(0, 0)
    parts = [text[start:end] for start, end in zip(cuts, cuts[1:] + [len(text)])]
    try:
        return [(where, part) for where, part in ((place(part), part) for part in parts) if where is not None]
    except (yaml.YAMLError, ValueError, RecursionError):
        return [("", text)]


def sort(git, entries):
    """The entries afterwards: path to mode and id."""
    raw = [path for path, (mode, _) in entries.items()
           if path.startswith(b"raw/") and path.lower().endswith((b".yaml", b".yml")) and mode.startswith(b"100")]
    new = []
    for path, text in zip(raw, git.blobs([entries[path][1] for path in raw])):
        mode, blob = entries.pop(path)
        read, rest = documents(text), []
        for where, part in read:
            target = where.encode()
            if not where or target in entries:
                rest.append(part)
            elif len(read) == 1:
                entries[target] = (mode, blob)
            else:
                entries[target] = None
                new.append((target, part))
        if rest or not read:
            left = b"unmanaged/" + path[4:]
            entries[left] = (mode, blob) if len(rest) == len(read) else None
            if entries[left] is None:
                new.append((left, b"".join(rest)))
    if new:
        blobs = b"".join(b"blob\nmark :%d\ndata %d\n%s\n" % (i, len(text), text) for i, (_, text) in enumerate(new, 1))
        asked = b"".join(b"get-mark :%d\n" % i for i in range(1, len(new) + 1))
        for (path, _), blob in zip(new, git.imported(blobs + asked).split()):
            entries[path] = (b"100644", blob)
    return entries


def by_mktree(git, entries):
    folders = {b"": []}
    for path, (mode, blob) in entries.items():
        folder, _, name = path.rpartition(b"/")
        folders.setdefault(folder, []).append(b"%s blob %s\t%s\0" % (mode, blob, name))
        while folder and (folder := folder.rpartition(b"/")[0]) not in folders:
            folders[folder] = []
    levels = {}
    for folder in folders:
        levels.setdefault(folder.count(b"/") + bool(folder), []).append(folder)
    for level in sorted(levels, reverse=True):
        given = b"\0".join(b"".join(folders[folder]) for folder in levels[level]) + b"\0"
        ids = git("mktree", "-z", "--missing", "--batch", given=given).split()
        for folder, tree in zip(levels[level], ids):
            if not folder:
                return tree.decode()
            above, _, name = folder.rpartition(b"/")
            folders[above].append(b"040000 tree %s\t%s\0" % (tree, name))


def by_index(git, entries):
    index = os.path.join(os.path.abspath(git.repository), f"index.{os.getpid()}")
    lines = b"".join(b"%s %s\t%s\0" % (mode, blob, path) for path, (mode, blob) in entries.items())
    git("update-index", "-z", "--index-info", given=lines, GIT_INDEX_FILE=index)
    tree = git("write-tree", GIT_INDEX_FILE=index).strip().decode()
    os.unlink(index)
    return tree


def by_fast_import(git, entries, old):
    lines = b"".join(b"M %s %s %s\n" % (mode, blob, path) for path, (mode, blob) in entries.items())
    head = f"commit refs/plumbing/{os.getpid()}\nmark :1\ncommitter p <p> 1700000000 +0000\ndata 5\nsort\n\nfrom {old}\ndeleteall\n"
    return git.imported(head.encode() + lines + b"\nget-mark :1\n").strip().decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repository")
    parser.add_argument("--ref", required=True)
    parser.add_argument("--writer", required=True)
    asked = parser.parse_args()
    git = Git(asked.repository)
    old = git("rev-parse", asked.ref).strip().decode()
    entries = {}
    for line in git("ls-tree", "-r", "-z", old).split(b"\0"):
        if line:
            entry, _, path = line.partition(b"\t")
            mode, _, blob = entry.split(b" ")
            entries[path] = (mode, blob)
    entries = sort(git, entries)
    if asked.writer == "fast-import":
        new, ref = by_fast_import(git, entries, old), f"refs/plumbing/{os.getpid()}"
        orders = f"start\nupdate {asked.ref} {new} {old}\ndelete {ref} {new}\nprepare\ncommit\n"
        git("update-ref", "--stdin", given=orders.encode())
        return
    tree = (by_mktree if asked.writer == "mktree" else by_index)(git, entries)
    new = git("commit-tree", tree, "-p", old, given=b"sort\n").strip().decode()
    git("update-ref", asked.ref, new, old)


main()
