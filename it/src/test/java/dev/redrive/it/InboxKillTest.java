// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.MariaServer;
import dev.redrive.testkit.servers.PostgresServer;
import dev.redrive.testkit.servers.SqlServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process that handles messages in the transactions of an inbox is killed again and again, with
 * messages in hand at every point between the first statement and the acknowledgement.
 */
@Timeout(300)
class InboxKillTest {
  private static final int MESSAGES = 600;
  private static final int KILLS = 4;

  @TempDir private Path folder;

  static Stream<Named<Supplier<SqlServer>>> servers() {
    return Stream.of(
        named("PostgreSQL", PostgresServer::shared), named("MariaDB", MariaServer::shared));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void each_message_has_one_effect(Supplier<SqlServer> servers) throws Exception {
    SqlServer server = servers.get();
    UrlSource source = new UrlSource(server.url(server.newDatabase()));
    source.execute("CREATE TABLE bookings (id VARCHAR(100) NOT NULL)");

    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(source, kill == 0 ? MESSAGES : 0);
      int until = MESSAGES * (kill + 1) / (KILLS + 2);
      Poll.until(
          "some bookings",
          Duration.ofMinutes(2),
          () -> bookings(source) >= until || !process.isAlive());
      assertThat(process.isAlive()).as("still at work").isTrue();
      process.destroyForcibly();
      process.waitFor();
    }
    Process last = start(source, 0);
    assertThat(last.waitFor(2, TimeUnit.MINUTES)).isTrue();

    assertThat(last.exitValue()).isZero();
    assertThat(source.number("SELECT COUNT(DISTINCT id) FROM bookings")).isEqualTo(MESSAGES);
    assertThat(bookings(source)).isEqualTo(MESSAGES);
  }

  private Process start(UrlSource source, int messages) throws IOException {
    return JavaProcess.builder(
            InboxMain.class,
            folder.resolve("queue").toString(),
            source.url(),
            Integer.toString(messages))
        .inheritIO()
        .start();
  }

  private static long bookings(UrlSource source) {
    return source.number("SELECT COUNT(*) FROM bookings");
  }
}
