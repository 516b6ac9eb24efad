// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Java that the documentation shows is the Java that is compiled and run here. */
class SnippetsTest {
  private static final Pattern QUOTED =
      Pattern.compile("<!-- snippet: (\\S+) -->\\s*```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern MARKED =
      Pattern.compile("( *)// snippet: (\\S+)\\n(.*?) *// end\\n", Pattern.DOTALL);

  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    for (Path each = folder; each != null; each = each.getParent()) {
      if (Files.exists(each.resolve("README.md"))) {
        return each;
      }
    }
    throw new IllegalStateException("no README.md in any folder above " + folder);
  }

  /** All that is written for readers. */
  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(files(root().resolve("docs"), ".md"));
    for (String page : List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")) {
      pages.add(root().resolve(page));
    }
    return pages;
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  private static Map<String, String> marked() throws IOException {
    Map<String, String> snippets = new HashMap<>();
    for (Path file : files(root().resolve("examples/src/main/java"), ".java")) {
      Matcher matcher = MARKED.matcher(Files.readString(file));
      while (matcher.find()) {
        snippets.put(matcher.group(2), matcher.group(3).replaceAll("(?m)^" + matcher.group(1), ""));
      }
    }
    return snippets;
  }

  @Test
  void what_the_pages_quote_is_what_is_compiled() throws IOException {
    Map<String, String> marked = marked();
    List<Path> pages = pages();

    List<String> quoted = new ArrayList<>();
    for (Path page : pages) {
      Matcher matcher = QUOTED.matcher(Files.readString(page));
      while (matcher.find()) {
        assertThat(matcher.group(2))
            .as("%s: snippet %s", page, matcher.group(1))
            .isEqualTo(marked.get(matcher.group(1)));
        quoted.add(matcher.group(1));
      }
    }
    assertThat(quoted).contains("first-queue", "policy", "mending");
  }

  @Test
  void the_first_program_is_quoted_whole() throws IOException {
    Path file = root().resolve("examples/src/main/java/dev/redrive/examples/FirstQueue.java");

    assertThat(Files.readString(file))
        .as("nothing but its licence and package is left out")
        .isEqualTo(
            "// SPDX-License-Identifier: Apache-2.0\n\npackage dev.redrive.examples;\n\n"
                + "// snippet: first-queue\n"
                + marked().get("first-queue")
                + "// end\n");
  }

  @Test
  void the_first_screen_of_the_readme_has_what_one_needs() throws IOException {
    List<String> readme = Files.readAllLines(root().resolve("README.md"));

    assertThat(readme).hasSizeLessThanOrEqualTo(120);
    assertThat(String.join("\n", readme.subList(0, 30)))
        .contains("./redrive serve")
        .contains("./redrive demo")
        .contains("./check");
  }
}
