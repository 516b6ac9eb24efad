// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.redrive.server.files.DataDir;
import dev.redrive.server.http.Route;
import dev.redrive.server.keys.KeyFile;
import dev.redrive.server.keys.Scope;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.RawHttp;
import dev.redrive.server.support.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class KeysTest {
  private static final String ROOT_KEY = "0123456789abcdefABCDEF";

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private RunningServer server;

  @BeforeEach
  void start() {
    log.start();
    root().addAppender(log);
    server =
        RunningServer.start(
            folder,
            """
            queues: { orders: }
            apiKeys: [ { name: root, key: %s, scopes: [admin] } ]
            """
                .formatted(ROOT_KEY),
            RunningServer.at(clock));
  }

  @AfterEach
  void stop() {
    server.close();
    root().detachAppender(log);
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  /** The appender's own lock keeps others from logging meanwhile. */
  private List<String> logged() {
    synchronized (log) {
      return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
  }

  private KeyFile file() {
    return new KeyFile(DataDir.open(folder.resolve("data")));
  }

  private String create(String name, Scope... scopes) throws IOException {
    return file().create(name, Set.of(scopes), Optional.empty(), new SecureRandom());
  }

  private static String path(Route route) {
    return route.path().toString().replaceAll("\\{[a-z]+}", "orders");
  }

  @Test
  void every_route_but_the_health_needs_a_key() {
    Api nobody = server.api();
    for (Route route : server.server().routes()) {
      Reply reply = nobody.call(route.method(), path(route), "");

      if (route.path().toString().equals("/healthz")) {
        assertThat(reply.status()).isEqualTo(200);
      } else {
        assertThat(reply.status()).as(route.method() + " " + route.path()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(reply.problem()).isEqualTo("unauthorized");
      }
    }
    assertThat(nobody.get("/nothing/here").status()).isEqualTo(401);
    assertThat(nobody.call("PATCH", "/v1/queues", "").status()).isEqualTo(401);
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void a_key_may_do_what_its_scope_says_and_nothing_else(Scope scope) throws IOException {
    Api api = server.api(create("some", scope));
    for (Route route : server.server().routes()) {
      if (route.path().toString().equals("/v1/events")) {
        continue;
      }
      boolean isAllowed =
          scope == Scope.ADMIN || route.scope().isEmpty() || route.scope().get() == scope;

      int status = api.call(route.method(), path(route), "").status();

      if (isAllowed) {
        assertThat(status).as(route.method() + " " + route.path()).isNotIn(401, 403, 429);
      } else {
        assertThat(status).as(route.method() + " " + route.path()).isEqualTo(403);
      }
    }
  }

  @Test
  void a_key_is_stored_as_a_hash_for_the_owner_alone() throws IOException {
    String key = create("ci", Scope.ENQUEUE);

    Path file = folder.resolve("data/keys.json");
    assertThat(key).matches("rdk_[A-Za-z0-9_-]{43}");
    assertThat(Files.readString(file)).contains("\"ci\"").doesNotContain(key.substring(4));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void a_new_key_holds_at_once_and_a_revoked_one_at_once_no_more() throws IOException {
    String key = create("ci", Scope.READ);
    Api api = server.api(key);

    int before = api.get("/v1/queues").status();
    boolean wasRevoked = file().revoke("ci");
    int after = api.get("/v1/queues").status();

    assertThat(before).isEqualTo(200);
    assertThat(wasRevoked).isTrue();
    assertThat(after).isEqualTo(401);
    assertThat(file().revoke("ci")).isFalse();
  }

  @Test
  void a_key_ends_when_it_was_said_to() throws IOException {
    String key =
        file()
            .create(
                "ci",
                Set.of(Scope.READ),
                Optional.of(clock.instant().plusSeconds(60)),
                new SecureRandom());
    Api api = server.api(key);

    clock.advance(Duration.ofMillis(59_999));
    int before = api.get("/v1/queues").status();
    clock.advance(Duration.ofMillis(1));

    assertThat(before).isEqualTo(200);
    assertThat(api.get("/v1/queues").status()).isEqualTo(401);
  }

  @Test
  void wrong_keys_are_slowed_down_but_a_right_one_is_let_through() {
    Api wrong = server.api("wrong-wrong-wrong-wrong-wrong");
    for (int i = 0; i < 10; i++) {
      assertThat(wrong.get("/v1/queues").status()).isEqualTo(401);
    }

    Reply reply = wrong.get("/v1/queues");

    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.header("Retry-After")).isEqualTo("60");
    assertThat(server.api(ROOT_KEY).get("/v1/queues").status()).isEqualTo(200);
    clock.advance(Duration.ofMinutes(1));
    assertThat(wrong.get("/v1/queues").status()).isEqualTo(401);
  }

  @Test
  void a_key_in_the_address_is_no_key() {
    assertThat(server.api().get("/v1/queues?key=" + ROOT_KEY).status()).isEqualTo(401);
  }

  @Test
  void a_file_that_cannot_be_read_opens_nothing() throws IOException {
    String key = create("ci", Scope.READ);
    Files.writeString(folder.resolve("data/keys.json"), "{\"keys\": [ {");

    assertThat(server.api(key).get("/v1/queues").status()).isEqualTo(401);
    assertThat(server.api().get("/v1/queues").status()).isEqualTo(401);
    assertThat(server.api(ROOT_KEY).get("/v1/queues").status()).isEqualTo(200);
  }

  @Test
  void taking_all_keys_away_does_not_open_a_server(@TempDir Path other) throws IOException {
    try (RunningServer open = RunningServer.start(other, "")) {
      assertThat(open.api().get("/v1/queues").status()).isEqualTo(200);
      KeyFile keys = new KeyFile(DataDir.open(other.resolve("data")));
      keys.create("first", Set.of(Scope.ADMIN), Optional.empty(), new SecureRandom());
      assertThat(open.api().get("/v1/queues").status()).isEqualTo(401);

      Files.delete(other.resolve("data/keys.json"));

      assertThat(open.api().get("/v1/queues").status()).isEqualTo(401);
    }
  }

  @Test
  void nothing_secret_is_logged() throws IOException {
    root().setLevel(Level.DEBUG);
    try {
      String key = create("ci", Scope.READ);
      server.api(key).get("/v1/queues");
      server.api("canary-canary-canary-canary").get("/v1/queues");
      server.api(ROOT_KEY).post("/v1/queues/orders:pause", "");
      server
          .api(ROOT_KEY)
          .put(
              "/v1/queues/hooks",
              "{\"deliver\":{\"url\":\"https://example.com/canary\","
                  + "\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}}");

      assertThat(logged())
          .noneMatch(line -> line.contains(key) || line.contains("canary"))
          .noneMatch(line -> line.contains(ROOT_KEY) || line.contains("MfKQ9r8GKYqr"))
          .anyMatch(line -> line.contains("root paused queue orders"))
          .anyMatch(line -> line.contains("wrong or expired API key"));
    } finally {
      root().setLevel(Level.WARN);
    }
  }

  @Test
  void line_breaks_cannot_be_smuggled_into_the_log() throws IOException {
    try (RawHttp raw = server.raw()) {
      raw.head(
          "GET /v1/queues/a%0d%0aINFO%20forged HTTP/1.1",
          "Host: localhost", "Authorization: Bearer " + ROOT_KEY);

      assertThat(raw.answer()).startsWith("HTTP/1.1 404").contains("a\\r\\nINFO forged");
    }
    assertThat(logged()).noneMatch(line -> line.contains("\nINFO forged"));
  }
}
