// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.cli.screen.Terminal;
import dev.redrive.cli.screen.Ttys;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The page about the commands names all there are. */
class ReferenceTest {

  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    for (Path each = folder; each != null; each = each.getParent()) {
      if (Files.exists(each.resolve("docs/cli.md"))) {
        return each;
      }
    }
    throw new IllegalStateException("no docs/cli.md in any folder above " + folder);
  }

  private static CommandLine redrive() {
    PrintStream none =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    return Main.commandLine(
        new Terminal(
            InputStream.nullInputStream(), none, none, Map.of(), Ttys.NONE, Clock.systemUTC()));
  }

  private static void collect(CommandLine command, List<String> words) {
    for (CommandLine subcommand : command.getSubcommands().values()) {
      words.add(subcommand.getCommandSpec().qualifiedName());
      for (OptionSpec option : subcommand.getCommandSpec().options()) {
        if (!option.inherited()) {
          words.add(option.longestName());
        }
      }
      collect(subcommand, words);
    }
  }

  @Test
  void every_command_and_option_is_described() throws Exception {
    String page = Files.readString(root().resolve("docs/cli.md"));
    List<String> words = new ArrayList<>();
    collect(redrive(), words);

    assertThat(words).hasSizeGreaterThan(40);
    assertThat(words)
        .filteredOn(
            word ->
                !Pattern.compile("(?<![\\w-])" + Pattern.quote(word) + "(?![\\w-])")
                    .matcher(page)
                    .find())
        .as("not described in docs/cli.md")
        .isEmpty();
  }
}
