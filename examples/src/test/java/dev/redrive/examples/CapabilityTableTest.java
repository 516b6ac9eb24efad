// SPDX-License-Identifier: Apache-2.0

package dev.redrive.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import dev.redrive.spi.Capabilities;
import dev.redrive.spi.Capability;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Transport;
import dev.redrive.spi.TransportProvider;
import dev.redrive.testkit.servers.KafkaServer;
import dev.redrive.testkit.servers.MariaServer;
import dev.redrive.testkit.servers.PostgresServer;
import dev.redrive.testkit.servers.RabbitServer;
import dev.redrive.testkit.servers.SqlServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's table of transports is what the transports say of themselves. */
class CapabilityTableTest {
  @TempDir Path folder;

  private static Capabilities capabilities(String uri) {
    List<Capabilities> told = new ArrayList<>();
    Function<Environment, Transport> opener =
        environment -> {
          Transport transport = provider(uri).open(URI.create(uri), environment);
          told.add(transport.capabilities());
          return transport;
        };
    try (Redrive redrive = Engine.builder().transport(opener).open()) {
      assertThat(redrive.queues()).isEmpty();
    }
    return told.get(0);
  }

  private static String uri(SqlServer server) {
    return server.url(server.newDatabase());
  }

  private static TransportProvider provider(String uri) {
    String scheme = uri.substring(0, uri.indexOf(':'));
    return ServiceLoader.load(TransportProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.schemes().contains(scheme))
        .findFirst()
        .orElseThrow();
  }

  private List<String> table() {
    List<Capabilities> columns =
        List.of(
            capabilities("memory:///"),
            capabilities("embedded:" + folder.resolve("data")),
            capabilities("amqp://127.0.0.1:" + RabbitServer.shared().port()),
            capabilities("kafka://" + KafkaServer.shared().bootstrap()),
            capabilities(uri(PostgresServer.shared())));
    List<String> lines = new ArrayList<>();
    lines.add("| | `memory:` | `embedded:` | `amqp:` | `kafka:` | `postgresql:` |");
    lines.add("|---|---|---|---|---|---|");
    lines.add(row("a message survives", columns, CapabilityTableTest::durability));
    lines.add(row("a retry is made", columns, each -> move(each.retryMove())));
    lines.add(row("a death is made", columns, each -> move(each.deadMove())));
    for (Capability capability : EnumSet.complementOf(EnumSet.of(Capability.PIPELINED_BATCHES))) {
      lines.add(row(words(capability), columns, each -> each.has(capability) ? "yes" : "no"));
    }
    return lines;
  }

  private static String row(
      String label, List<Capabilities> columns, Function<Capabilities, String> cell) {
    StringBuilder row = new StringBuilder("| " + label + " |");
    columns.forEach(each -> row.append(' ').append(cell.apply(each)).append(" |"));
    return row.toString();
  }

  private static String durability(Capabilities capabilities) {
    return switch (capabilities.durability()) {
      case PROCESS -> "nothing";
      case PROCESS_CRASH -> "a crash of the process";
      case POWER_CUT -> "a power cut";
    };
  }

  private static String move(Capabilities.Move move) {
    return switch (move) {
      case ATOMIC -> "in one transaction";
      case IN_PLACE -> "in place";
      case COPY_THEN_ACK -> "by a confirmed copy";
    };
  }

  private static String words(Capability capability) {
    return switch (capability) {
      case FENCED_LEASE -> "lost leases are refused";
      case RENEW -> "leases can be extended";
      case ATTEMPT_MARK -> "an attempt cut off by a crash counts";
      case DEDUPLICATION -> "an id sent twice is stored once";
      case MESSAGE_BY_ID -> "messages are found and cancelled by id";
      case DEAD_LETTER_BY_ID -> "dead letters are found by id";
      case EXACT_COUNTS -> "counts are exact";
      case ORDERED -> "order per key";
      case SUCCESSORS_GO_ON -> "others of a key go on behind a dead message, if told to";
      case MAX_WAITING -> "a limit on what waits";
      case CALLER_TRANSACTION -> "sends join a transaction of yours";
      case PIPELINED_BATCHES -> throw new IllegalArgumentException("no promise to a user");
    };
  }

  @Test
  void the_readme_shows_what_the_transports_say() throws IOException {
    String readme = Files.readString(SnippetsTest.root().resolve("README.md"));

    assertThat(readme).contains(String.join("\n", table()) + "\n");
  }

  @Test
  void each_database_can_do_the_same() {
    assertThat(capabilities(uri(MariaServer.shared())))
        .isEqualTo(capabilities(uri(PostgresServer.shared())));
  }
}
