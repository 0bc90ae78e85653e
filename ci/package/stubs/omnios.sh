# shellcheck shell=bash disable=SC2034
# Stands in for omnios-extra's lib/build.sh: what the recipe calls, for ci/package/lint. STUB_SOURCE has been built.
PREFIX=/opt/ooce
DESTDIR=$STUB_DESTDIR
TMPDIR=$(dirname "$STUB_SOURCE")

logerr() {
    echo "$*" >&2
    exit 1
}
logcmd() {
    "$@"
}
cross_arch() {
    [ "$1" = aarch64 ]
}
set_arch() {
    [ "$1" = 64 ] || logerr "set_arch $1"
}
set_mirror() {
    mirror=$1
}
set_checksum() {
    [ "$1:${#2}" = sha256:64 ] || logerr "checksum $1 $2"
}
# Directory, file and version: the archive unpacks into PROG-VER.
download_source() {
    [ "$mirror/$1/$2.tar.gz" = "https://github.com/example/withlock/archive/refs/tags/v$VER.tar.gz" ] ||
        logerr "would fetch $mirror/$1/$2.tar.gz"
    BUILDDIR=$PROG-$VER
    [ -d "$TMPDIR/$BUILDDIR" ] || logerr "no $TMPDIR/$BUILDDIR"
}
# For each architecture: the program, the first page of its name that is found, then the recipe's own.
install_rust() {
    for architecture in amd64 aarch64; do
        local to=$DESTDIR
        if cross_arch "$architecture"; then to+=.$architecture; fi
        mkdir -p "$to$PREFIX/bin" "$to$PREFIX/share/man/man1"
        cp "$STUB_SOURCE/target/release/$PROG" "$to$PREFIX/bin"
        cp "$STUB_SOURCE/man/$PROG.1" "$to$PREFIX/share/man/man1"
        post_install "$architecture"
    done
}
init() { :; }
patch_source() { :; }
prep_build() { :; }
build_rust() { :; }
strip_install() { :; }
make_package() { [ -f local.mog ]; }
clean_up() { :; }
