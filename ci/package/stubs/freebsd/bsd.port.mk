# Stands in for the ports tree's bsd.port.mk: what the port's own targets use, and lists for ci/package/lint.
.sinclude "Makefile.crates"
PREFIX=		/usr/local
CARGO_TARGET_DIR=	${WRKSRC}/target
INSTALL_PROGRAM=	install -m 555
INSTALL_DATA=	install -m 444
INSTALL_MAN=	install -m 444
MKDIR=		mkdir -p
LN=		ln

.if ${FLOCK:Uno} == yes
PLIST_FILES+=	${FLOCK_PLIST_FILES}
do-install: do-install-FLOCK-on
do-install-FLOCK-on: .PHONY
.endif

# The ports tree compresses manual pages when they have been installed.
plist: .PHONY
.for file in ${PLIST_FILES}
	@echo ${file:S/.1.gz$/.1/}
.endfor

crates: .PHONY
.for crate in ${CARGO_CRATES}
	@echo ${crate}
.endfor
