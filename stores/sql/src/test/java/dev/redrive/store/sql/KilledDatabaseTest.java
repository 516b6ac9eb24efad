// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.idempotency.Begun;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.servers.MariaServer;
import dev.redrive.testkit.servers.PostgresServer;
import dev.redrive.testkit.servers.SqlServer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The server is killed in the middle of work: what was answered stands. */
@Timeout(180)
class KilledDatabaseTest {
  private static final Duration LEASE = Duration.ofHours(1);
  private static final int THREADS = 8;

  /** What was answered, by key. */
  private final Map<String, String> begun = new ConcurrentHashMap<>();

  private final Map<String, byte[]> done = new ConcurrentHashMap<>();

  static Stream<Named<Supplier<SqlServer>>> servers() {
    return Stream.of(
        Named.named("PostgreSQL", PostgresServer::start),
        Named.named("MariaDB", MariaServer::start));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void what_was_answered_stands_after_a_kill(Supplier<SqlServer> start) throws Exception {
    try (SqlServer server = start.get()) {
      UrlSource source = new UrlSource(server.url(server.newDatabase()));
      try (SqlIdempotencyStore store = SqlIdempotencyStore.open(source)) {
        List<Thread> threads = work(store);
        Poll.until("some work", Duration.ofMinutes(1), () -> done.size() > 200);
        server.kill();
        for (Thread thread : threads) {
          thread.join();
        }
        server.restart();

        // The same store goes on.
        Map<String, CompletionStage<Begun>> known = new HashMap<>();
        begun.keySet().forEach(key -> known.put(key, store.begin(key, LEASE)));
        known.forEach((key, answer) -> assertThat(get(answer)).isNotInstanceOf(Begun.New.class));
        done.forEach((key, result) -> assertDone(get(requireNonNull(known.get(key))), result));
        assertOwnersMayCompleteAgain(store);
        assertThat(get(store.begin("next", LEASE))).isInstanceOf(Begun.New.class);
      }
    }
  }

  private static void assertDone(Begun answer, byte[] result) {
    assertThat(answer).isInstanceOf(Begun.Done.class);
    assertThat(((Begun.Done) answer).result()).isEqualTo(result);
  }

  /** Their answer may have been lost. */
  private void assertOwnersMayCompleteAgain(SqlIdempotencyStore store) {
    List<CompletionStage<Boolean>> again = new ArrayList<>();
    begun.forEach((key, owner) -> again.add(store.complete(key, owner, new byte[0], LEASE)));
    assertThat(again).allMatch(KilledDatabaseTest::get);
  }

  private List<Thread> work(SqlIdempotencyStore store) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      String prefix = i + "/";
      Thread thread = new Thread(() -> workUntilItFails(store, prefix));
      threads.add(thread);
      thread.start();
    }
    return threads;
  }

  private void workUntilItFails(SqlIdempotencyStore store, String prefix) {
    try {
      for (int i = 0; ; i++) {
        String key = prefix + i;
        String owner = ((Begun.New) get(store.begin(key, LEASE))).owner();
        begun.put(key, owner);
        byte[] result = key.getBytes(StandardCharsets.UTF_8);
        if (get(store.complete(key, owner, result, LEASE))) {
          done.put(key, result);
        }
      }
    } catch (CompletionException killed) {
      assertThat(killed).hasCauseInstanceOf(SQLException.class);
    }
  }

  private static <R> R get(CompletionStage<R> stage) {
    return stage.toCompletableFuture().orTimeout(1, TimeUnit.MINUTES).join();
  }
}
