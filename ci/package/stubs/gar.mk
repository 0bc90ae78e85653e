# Stands in for GAR's category.mk: what the recipe's own target uses, and a list for ci/package/lint.
prefix = /opt/csw
bindir = $(prefix)/bin
datadir = $(prefix)/share
mandir = $(datadir)/man
MAKECOOKIE = true

# ginstall(1) is GNU's install there.
SHELL = /bin/bash
.SHELLFLAGS = -c 'ginstall() { install "$$@"; }; eval "$$0"'

ifneq ($(DISTNAME).tar.gz,$(filter-out $(NOEXTRACT),$(DISTFILES)))
$(error $(GARCH) extracts $(filter-out $(NOEXTRACT),$(DISTFILES)), not $(DISTNAME).tar.gz)
endif

print-distfiles:
	@for file in $(DISTFILES); do echo $$file; done
	@for file in $(DISTFILES); do grep -q "^[0-9a-f]\{32\}  $$file$$" checksums; done
