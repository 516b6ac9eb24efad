// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.cli.http.RefusedException;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the server refused, in the words of the command line: the server's are HTTP's. */
final class Refusal {
  private static final int UNAUTHORIZED = 401;
  private static final Pattern HTTP_ADVICE =
      Pattern.compile(": (?:make it with PUT|add \\?queue=).*", Pattern.DOTALL);

  private Refusal() {}

  /** What is wrong. */
  static String message(RefusedException refused) {
    String text = refused.detail().orElse(String.valueOf(refused.getMessage()));
    if (text.startsWith("send an API key")) {
      return "this server wants an API key";
    }
    return HTTP_ADVICE.matcher(text).replaceFirst("");
  }

  /** What to do about it, if there is something. */
  static Optional<String> hint(RefusedException refused) {
    if (refused.status() == UNAUTHORIZED) {
      return Optional.of("Put a valid key into REDRIVE_API_KEY or --api-key-file.");
    }
    return switch (refused.word()) {
      case "scope-missing" ->
          Optional.of(
              "On the server's machine, `redrive keys list` shows what each key may do,\n"
                  + "and `redrive keys new NAME --scope SCOPE` makes another.");
      case "unknown-queue" ->
          Optional.of(
              "`redrive queues` lists them; `redrive queues set NAME concurrency=16` makes one.");
      case "ambiguous-id" -> Optional.of("Say which one is meant: --queue QUEUE.");
      default -> Optional.empty();
    };
  }
}
