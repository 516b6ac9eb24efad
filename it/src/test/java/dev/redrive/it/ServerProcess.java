// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code redrive serve} in a process of its own, to be killed. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern URL = Pattern.compile("\"url\":\\s*\"(http[^\"]+)\"");

  private final Process process;
  private final String url;

  /**
   * Starts it and waits until it is ready.
   *
   * @param folder where {@code redrive.yaml} is, and where its data goes
   * @param address as {@code --bind} takes it
   */
  ServerProcess(Path folder, String address) throws IOException {
    Path errors = Files.createTempFile(folder, "server", ".log");
    ProcessBuilder builder =
        JavaProcess.builder(Main.class, "serve", "--json", "--bind", address)
            .directory(folder.toFile())
            .redirectError(errors.toFile());
    process = builder.start();
    url = readUrl(process.inputReader(StandardCharsets.UTF_8), errors);
  }

  private static String readUrl(BufferedReader out, Path errors) throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher matcher = URL.matcher(line);
      if (matcher.find()) {
        return matcher.group(1);
      }
    }
    throw new AssertionError("the server did not start: " + Files.readString(errors));
  }

  String url() {
    return url;
  }

  /** As {@code kill -9}: nothing is flushed, nothing says goodbye. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
