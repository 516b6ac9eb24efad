// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.cli.http.Api;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which message a command means. */
final class MessageId {
  @Parameters(index = "0", paramLabel = "ID", description = "The message's id.")
  String id = "";

  @Option(
      names = "--queue",
      paramLabel = "QUEUE",
      description = "Its queue, where several know the id.")
  @Nullable String queue;

  /** Where the message is found below this path. */
  String below(String collection) {
    return collection
        + "/"
        + Api.segment(id)
        + (queue == null ? "" : "?queue=" + Api.segment(queue));
  }
}
