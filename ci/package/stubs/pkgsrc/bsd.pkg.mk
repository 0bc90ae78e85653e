# Stands in for pkgsrc's bsd.pkg.mk: what the package's own target uses, and a list for ci/package/lint.
PREFIX=		/usr/pkg
PKGMANDIR=	man
MASTER_SITE_GITHUB=	https://github.com/
PKGVERSION_NOREV=	${DISTNAME:C/.*-//}
INSTALL_PROGRAM=	install -m 755
INSTALL_DATA=	install -m 644
INSTALL_MAN=	install -m 644

do-install: directories
directories: .PHONY
.for directory in ${INSTALLATION_DIRS}
	mkdir -p ${DESTDIR}${PREFIX}/${directory}
.endfor

crates: .PHONY
.for crate in ${CARGO_CRATE_DEPENDS}
	@echo ${crate}
.endfor
