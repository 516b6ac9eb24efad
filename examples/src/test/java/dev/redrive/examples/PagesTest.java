// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The pages lead to one another, and name the artifacts that there are. */
class PagesTest {
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\\n]*`");
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<groupId>dev\\.redrive</groupId>\\s*<artifactId>([^<]+)</artifactId>\\s*"
              + "<version>([^<]+)</version>");
  private static final Pattern PARENT_VERSION =
      Pattern.compile("<artifactId>redrive-parent</artifactId>\\s*<version>([^<]+)</version>");

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  private static List<String> links(Path page) throws IOException {
    return found(LINK, CODE.matcher(Files.readString(page)).replaceAll(""));
  }

  private static List<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
        .toList();
  }

  @Test
  void every_link_leads_somewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : SnippetsTest.pages()) {
      for (String link : links(page)) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        boolean leads =
            Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
        if (!leads) {
          broken.add(page.getFileName() + " -> " + link);
        }
      }
    }

    assertThat(broken).isEmpty();
  }

  @Test
  void every_page_is_in_the_index() throws IOException {
    Path docs = SnippetsTest.root().resolve("docs");
    List<Path> listed = new ArrayList<>();
    for (Path index : List.of(docs.resolve("README.md"), docs.resolve("knowledge/README.md"))) {
      listed.add(index);
      links(index).forEach(link -> listed.add(index.resolveSibling(link).normalize()));
    }

    assertThat(SnippetsTest.pages())
        .filteredOn(page -> page.startsWith(docs))
        .allSatisfy(page -> assertThat(listed).contains(page));
  }

  @Test
  void the_dependencies_that_are_shown_are_those_that_are_built() throws IOException {
    String version =
        found(PARENT_VERSION, Files.readString(SnippetsTest.root().resolve("pom.xml"))).get(0);
    String bom = Files.readString(SnippetsTest.root().resolve("bom/pom.xml"));

    for (String name : List.of("README.md", "docs/start.md")) {
      List<MatchResult> shown =
          DEPENDENCY
              .matcher(Files.readString(SnippetsTest.root().resolve(name)))
              .results()
              .toList();

      assertThat(shown).as(name).hasSizeGreaterThanOrEqualTo(2);
      assertThat(shown)
          .as(name)
          .allSatisfy(
              artifact -> {
                assertThat(bom).contains("<artifactId>" + artifact.group(1) + "</artifactId>");
                assertThat(artifact.group(2)).isEqualTo(version);
              });
    }
  }
}
