#!/usr/bin/bash
#
# For omnios-extra, build/withlock. What depends on the published release (@...@) is filled in by ci/package/fill.
# Remove this comment, and put the project's header in its place.
# shellcheck disable=SC1091,SC2034,SC2153 # reads and is read by what is there

. ../../lib/build.sh

PROG=withlock
VER=@VERSION@
PKG=ooce/util/withlock
SUMMARY="run a command under a lock"
DESC="Hold a lock while a command runs, so that it never runs twice at once"

BUILD_DEPENDS_IPS=ooce/developer/rust

set_arch 64
set_mirror "@HOME@/archive/refs"
set_checksum sha256 @SHA256@

# The links as well: illumos has neither tool.
post_install() {
    typeset arch=$1
    typeset destdir=$DESTDIR
    cross_arch "$arch" && destdir+=.$arch
    logcmd env DESTDIR="$destdir" PREFIX="$PREFIX" "$TMPDIR/$BUILDDIR/ci/package/install" \
        --links flock,with-lock-ex "$destdir$PREFIX/bin/$PROG" || logerr "installation failed"
}

init
download_source tags "v$VER"
patch_source
prep_build
build_rust --locked
install_rust
strip_install
make_package
clean_up

# Vim hints
# vim:ts=4:sw=4:et:fdm=marker
