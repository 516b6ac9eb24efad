// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The modules of this build, as the root pom lists them and the compiler left them. */
final class Build {

  /** Surefire sets {@code basedir} to the folder of this module. */
  private static final Path ROOT =
      Path.of(System.getProperty("basedir", "")).resolve("..").toAbsolutePath().normalize();

  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

  /** All production classes; imported once, for that takes longest. */
  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPaths(productionModules().stream().map(Build::classesOf).toList());

  private Build() {}

  /** The folders of all modules, by the root pom. */
  static List<String> modules() {
    return MODULE.matcher(pom("")).results().map(match -> match.group(1)).toList();
  }

  /** The folders of the modules that have classes of their own besides tests. */
  static List<String> productionModules() {
    return modules().stream()
        .filter(module -> Files.isDirectory(ROOT.resolve(module).resolve("src/main/java")))
        .toList();
  }

  static Path classesOf(String module) {
    return ROOT.resolve(module).resolve("target/classes");
  }

  /** Class files of a module that hold more than the description of a package or module. */
  static long typeCount(String module) {
    try (Stream<Path> files = Files.walk(classesOf(module))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the classes of " + module, e);
    }
  }

  /** The folder of the module that a class was compiled in; empty for classes from elsewhere. */
  static Optional<String> moduleOf(JavaClass type) {
    return type.getSource()
        .map(source -> source.getUri().toString())
        .flatMap(
            uri ->
                productionModules().stream()
                    .filter(module -> uri.startsWith(classesOf(module).toUri().toString()))
                    .findFirst());
  }

  /** The text of a module's pom; of the root's, for an empty folder. */
  static String pom(String module) {
    Path file = ROOT.resolve(module).resolve("pom.xml");
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** The first text between the tags of this name in a module's own part of its pom. */
  static Optional<String> element(String module, String tag) {
    String own = pom(module).replaceFirst("(?s)<parent>.*?</parent>", "");
    return Pattern.compile("<" + tag + ">([^<]+)</" + tag + ">")
        .matcher(own)
        .results()
        .map((MatchResult match) -> match.group(1))
        .findFirst();
  }
}
