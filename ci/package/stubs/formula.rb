# Stands in for Homebrew's Formula: carries the formula's `install` out, for ci/package/lint.
# Usage: ruby formula.rb FORMULA SOURCE
require "fileutils"
require "pathname"
require "tmpdir"

# A directory of the keg.
class Keg < Pathname
  def install(*files)
    mkpath
    files.each do |file|
      (file.is_a?(Hash) ? file : { file => File.basename(file) }).each { |from, to| FileUtils.cp(from, self/to) }
    end
  end
end

class Formula
  FIELDS = {}

  %w[desc homepage url sha256 license head].each do |field|
    define_singleton_method(field) { |*value| FIELDS[field] = value.first }
  end

  def self.depends_on(what)
    abort "depends on #{what}" if what != { "rust" => :build }
  end

  def self.test(&body)
    @test = body
  end

  attr_reader :prefix

  def initialize(prefix)
    @prefix = Keg.new(prefix)
  end

  def std_cargo_args
    ["--root", prefix.to_s]
  end

  def system(*command)
    abort "runs #{command}" if command != ["cargo", "install", *std_cargo_args]
    Keg.new(prefix/"bin").install("target/release/withlock")
  end

  { bin: "bin", man1: "share/man/man1", bash_completion: "etc/bash_completion.d",
    fish_completion: "share/fish/vendor_completions.d", zsh_completion: "share/zsh/site-functions" }.each do |name, path|
    define_method(name) { Keg.new(prefix/path) }
  end
end

formula, source = ARGV
load formula
abort "sha256" unless Formula::FIELDS["sha256"].match?(/\A\h{64}\z/)
version = File.basename(source).delete_prefix("withlock-")
abort "url" unless Formula::FIELDS["url"].end_with?("/archive/refs/tags/v#{version}.tar.gz")
abort "desc" if Formula::FIELDS["desc"].length > 80
Dir.chdir(source)
Dir.mktmpdir do |prefix|
  Withlock.new(prefix).install
  found = Dir.glob("#{prefix}/**/*").select { |file| File.file?(file) }.map { |file| file.delete_prefix("#{prefix}/") }
  wanted = %w[bin/withlock etc/bash_completion.d/withlock share/fish/vendor_completions.d/withlock.fish
              share/man/man1/withlock.1 share/zsh/site-functions/_withlock]
  abort "installs #{found.sort}, not #{wanted}" if found.sort != wanted
end
