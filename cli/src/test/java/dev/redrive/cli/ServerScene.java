// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.Shell.Result;
import dev.redrive.cli.http.Api;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that has the queue {@code inbox}, and a shell to speak to it. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ServerScene {
  @TempDir Path folder;

  RealServer server;

  @BeforeEach
  void start() {
    server = new RealServer(folder);
    assertThat(run("queues", "set", "inbox", "retry.attempts=2", "retry.first=10ms").code())
        .isZero();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  final Result run(String... args) {
    return new Shell().env("REDRIVE_URL", server.url()).run(args);
  }

  final JsonNode json(String... args) throws IOException {
    String[] all = new String[args.length + 1];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--json";
    Result result = run(all);
    assertThat(result.code()).as(result.err()).isZero();
    return Api.JSON.readTree(result.out());
  }

  /** Works on what is due with a script. */
  final Result sh(String script) {
    return run("work", "inbox", "--drain", "--", "sh", "-c", script);
  }
}
