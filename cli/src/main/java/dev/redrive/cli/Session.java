// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.FailedException;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Table;
import dev.redrive.cli.screen.Terminal;
import dev.redrive.cli.screen.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What a command works with: the terminal, the global options, and the server they name. */
final class Session {
  private final Terminal terminal;
  private final GlobalOptions options;

  Session(Terminal terminal, GlobalOptions options) {
    this.terminal = terminal;
    this.options = options;
  }

  Terminal terminal() {
    return terminal;
  }

  /** Colours for results. */
  Paint paint() {
    return terminal.paint();
  }

  boolean isJson() {
    return options.isJson;
  }

  boolean isDebug() {
    return options.isDebug;
  }

  /** The server that the options or the environment name. */
  Api api() {
    return new Api(url(), key());
  }

  private URI url() {
    URI url =
        options.url != null
            ? options.url
            : URI.create(terminal.variable("REDRIVE_URL").orElse(GlobalOptions.URL_DEFAULT));
    boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!isHttp || url.getHost() == null) {
      throw new UsageException("'" + url + "' is not a server's URL; write it as http://host:port");
    }
    return url;
  }

  private Optional<String> key() {
    if (options.keyFile != null) {
      return Optional.of(keyIn(options.keyFile));
    }
    return terminal.variable("REDRIVE_API_KEY").map(String::strip);
  }

  private static String keyIn(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new FailedException(
          "the API key cannot be read from " + file,
          "Check that the file is there and is yours.",
          e);
    }
  }

  /** Prints a result, indented. */
  void print(JsonNode json) {
    terminal.out().println(json.toPrettyString());
  }

  /** Prints one of many results, on a line of its own. */
  void printLine(JsonNode json) {
    terminal.out().println(json.toString());
  }

  /** Prints a line of a result. */
  void print(String line) {
    terminal.out().println(line);
  }

  /** Prints a table, or the remark if it is empty. */
  void print(Table table, String remark) {
    if (table.isEmpty()) {
      note(remark);
    } else {
      int columns = terminal.ttys().isOut() ? terminal.ttys().columns() : Integer.MAX_VALUE;
      table.lines(paint(), columns).forEach(this::print);
    }
  }

  /** Tells the person something that is not a result. */
  void note(String line) {
    terminal.err().println(line);
  }
}
