"""Does sequences of calls on files in an empty directory of this host, and says what came of them.

Reads one JSON document: a list of sequences, each a list of calls. Writes one: for each call its result (a negative
errno where it failed) and, in hexadecimal, the bytes that it gave. Paths and bytes are hexadecimal, too.

A path begins at the directory as if that were the root. Nothing there is a symbolic link, so how deep a path is can be
read off its text: '..' where it is at the root already is '.'.
"""
import json
import os
import resource
import shutil
import stat
import sys
import tempfile

FIRST, LAST = 3, 18
# A number that is open in no process here: higher than the limit.
NOT_OPEN = 999
FLAGS = [
    (0o100, os.O_CREAT),
    (0o200, os.O_EXCL),
    (0o1000, os.O_TRUNC),
    (0o2000, os.O_APPEND),
    (0o200000, os.O_DIRECTORY),
]


def signed(word):
    return word - 2**32 if word >= 2**31 else word


def descriptor(number):
    return number if FIRST <= number <= LAST else NOT_OPEN


def located(root, text, removes=False):
    """Where a path leads on the host. What is removed may not be the directory itself: the root of the host instead."""
    path = bytes.fromhex(text)
    if path == b"":
        return path
    if path.strip(b"/") == b"":
        return b"/" if removes else root + b"/."
    parts = path.split(b"/")
    names = [at for at, part in enumerate(parts) if part]
    depth = 0
    for at in names:
        if parts[at] == b"..":
            if depth == 0 and at != names[-1]:
                parts[at] = b"."
            depth = max(0, depth - 1)
        elif parts[at] != b".":
            depth += 1
    return root + b"/" + b"/".join(parts)


def do(root, call):
    """The result, and the bytes that are stored, if any; None: not to be compared."""
    kind = call["call"]
    if kind == "open":
        flags = call["flags"] & 3
        for bit, here in FLAGS:
            if call["flags"] & bit:
                flags |= here
        path = located(root, call["path"])
        if path == root + b"/." and flags & os.O_CREAT == 0:
            path = root
        return os.open(path, flags, 0o666), b""
    if kind == "close":
        os.close(descriptor(call["fd"]))
        return 0, b""
    if kind == "dup":
        return os.dup(descriptor(call["fd"])), b""
    if kind == "read":
        got = os.read(descriptor(call["fd"]), call["room"])
        return len(got), got
    if kind == "fwrite":
        return os.write(descriptor(call["fd"]), bytes.fromhex(call["bytes"])), b""
    if kind == "seek":
        fd = descriptor(call["fd"])
        if fd != NOT_OPEN and isdir(fd):
            return None
        return os.lseek(fd, signed(call["offset"]), call["whence"] if call["whence"] < 3 else 9), b""
    if kind == "truncate":
        os.ftruncate(descriptor(call["fd"]), signed(call["length"]))
        return 0, b""
    if kind == "stat":
        found = os.stat(located(root, call["path"]))
        if stat.S_ISDIR(found.st_mode):
            return 0, (2).to_bytes(4, "little")
        return 0, (1).to_bytes(4, "little") + found.st_size.to_bytes(4, "little")
    if kind == "unlink":
        os.unlink(located(root, call["path"], True))
    elif kind == "mkdir":
        os.mkdir(located(root, call["path"]))
    elif kind == "rmdir":
        os.rmdir(located(root, call["path"], True))
    elif kind == "link":
        os.link(located(root, call["from"]), located(root, call["to"]))
    elif kind == "rename":
        os.rename(located(root, call["from"]), located(root, call["to"]))
    return 0, b""


def isdir(fd):
    try:
        return stat.S_ISDIR(os.fstat(fd).st_mode)
    except OSError:
        return False


def answer(root, call):
    try:
        done = do(root, call)
    except OSError as error:
        return [-error.errno, ""]
    return None if done is None else [done[0], done[1].hex()]


def play(parent, sequence):
    root = tempfile.mkdtemp(dir=parent).encode()
    try:
        return [answer(root, call) for call in sequence]
    finally:
        os.closerange(FIRST, LAST + 1)
        shutil.rmtree(root)


def main():
    sequences = json.load(sys.stdin)
    os.closerange(FIRST, LAST + 1)
    os.umask(0)
    parent = tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))
    resource.setrlimit(resource.RLIMIT_NOFILE, (LAST + 1, LAST + 1))
    try:
        answers = [play(parent, sequence) for sequence in sequences]
    finally:
        shutil.rmtree(parent, ignore_errors=True)
    sys.stdout.write(json.dumps(answers))


main()
