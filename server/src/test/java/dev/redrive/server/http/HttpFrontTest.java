// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.server.files.DataDir;
import dev.redrive.server.keys.AuthFailures;
import dev.redrive.server.keys.KeyRing;
import dev.redrive.server.support.RawHttp;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpFrontTest {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void nothing_is_served_before_all_is_in_its_place() throws IOException {
    InstantSource clock = InstantSource.system();
    KeyRing keys = new KeyRing(List.of(), DataDir.open(folder.resolve("data")), clock);
    HttpSettings settings = new HttpSettings("127.0.0.1", 0, 10, 1_000, HttpTimes.defaults());
    HttpFront front =
        new HttpFront(vertx, settings, new Guard(keys, new AuthFailures(clock), Optional.empty()));
    InetSocketAddress address = front.start();

    String early = ask(address);
    front.serve(new RouteTable(List.of()));
    String late = ask(address);
    front.stop(Duration.ZERO);

    assertThat(early).startsWith("HTTP/1.1 503").containsIgnoringCase("retry-after: 1\r\n");
    assertThat(late).startsWith("HTTP/1.1 404");
  }

  private static String ask(InetSocketAddress address) throws IOException {
    try (RawHttp raw = new RawHttp(address)) {
      raw.write("GET /anything HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return raw.answer();
    }
  }
}
