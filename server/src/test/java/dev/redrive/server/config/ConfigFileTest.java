// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.InvalidOptionsException;
import dev.redrive.Successors;
import dev.redrive.server.json.Fields;
import dev.redrive.server.keys.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
  private static final String WHOLE =
      """
      bind: 0.0.0.0:9000
      transport: "memory:"
      dataDir: /var/lib/redrive
      logs: json
      hosts: [ redrive.internal ]
      limits: { bodyMax: 512KiB, batchMax: 100, connectionsMax: 50 }
      apiKeys:
        - { name: shop, key: "${SHOP_KEY}", scopes: [ enqueue, read ], expiresAt: 2027-01-01T00:00:00Z }
      queues:
        orders:
          deliver: { url: "https://shop.example/hooks", secret: "${SECRET}", timeout: 20s }
          concurrency: 32
          timeout: 1m
          ordered: true
          maxWaiting: 1000
          dedupWindow: 2h
          retry: { attempts: 5, first: 2s }
        plain:
      """;

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "SHOP_KEY", "0123456789abcdefABCDEF", "SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

  private static ServerConfig parse(String text) {
    return ConfigFile.parse("redrive.yaml", text, ENVIRONMENT);
  }

  private static List<String> problems(String text) {
    try {
      parse(text);
      throw new AssertionError("was accepted: " + text);
    } catch (InvalidOptionsException e) {
      assertThat(e).hasMessageStartingWith("redrive.yaml: ");
      return e.problems();
    }
  }

  private static QueueConfig queue(ServerConfig config, String name) {
    return Objects.requireNonNull(config.queues().get(name));
  }

  @Test
  void everything_can_be_said() {
    ServerConfig config = parse(WHOLE);

    assertThat(config.bind()).isEqualTo(new BindAddress("0.0.0.0", 9000));
    assertThat(config.transport()).isEqualTo("memory:");
    assertThat(config.dataDir()).isEqualTo(Path.of("/var/lib/redrive"));
    assertThat(config.logs()).isEqualTo(LogFormat.JSON);
    assertThat(config.hosts()).containsExactly("redrive.internal");
    assertThat(config.limits()).isEqualTo(new LimitsConfig(512 * 1_024, 100, 50));
    assertThat(config.apiKeys()).hasSize(1);
    assertThat(config.apiKeys().get(0).scopes())
        .containsExactlyInAnyOrder(Scope.ENQUEUE, Scope.READ);
    assertThat(config.apiKeys().get(0).expiresAt()).contains(Instant.parse("2027-01-01T00:00:00Z"));
    QueueConfig orders = queue(config, "orders");
    assertThat(orders.deliver().orElseThrow().secret())
        .contains("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assertThat(orders.deliver().orElseThrow().timeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(orders.options().concurrency()).isEqualTo(32);
    assertThat(orders.options().timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(orders.options().isOrdered()).isTrue();
    assertThat(orders.options().maxWaiting()).hasValue(1_000);
    assertThat(orders.options().dedupWindow()).isEqualTo(Duration.ofHours(2));
    assertThat(orders.options().policy().toMap()).containsEntry("attempts", 5);
    assertThat(queue(config, "plain").deliver()).isEmpty();
  }

  @Test
  void what_follows_a_dead_message_can_go_on() {
    ServerConfig config =
        parse("queues: { a: { ordered: true, successors: goOn }, b: { ordered: true } }");

    assertThat(queue(config, "a").options().successors()).isEqualTo(Successors.GO_ON);
    assertThat(queue(config, "a").tree()).containsEntry("successors", "goOn");
    assertThat(queue(config, "b").options().successors()).isEqualTo(Successors.WAIT);
    assertThat(problems("queues: { a: { ordered: true, successors: never } }"))
        .singleElement()
        .asString()
        .contains("successors", "`wait` or `goOn`");
    assertThat(problems("queues: { a: { successors: goOn } }"))
        .singleElement()
        .asString()
        .contains("successors", "ordered: true");
  }

  @Test
  void json_is_read_as_well() {
    ServerConfig config =
        parse("{\"bind\": \"[::1]:1\", \"queues\": {\"a\": {\"concurrency\": 2}}}");

    assertThat(config.bind()).hasToString("[::1]:1");
    assertThat(queue(config, "a").options().concurrency()).isEqualTo(2);
  }

  @Test
  void nothing_said_is_the_defaults() {
    for (String text : List.of("", "\n", "# only a remark\n", "{}", "queues:\n")) {
      assertThat(parse(text)).isEqualTo(ServerConfig.defaults());
    }
    assertThat(ServerConfig.defaults().transport()).isEqualTo("embedded:./redrive-data");
    assertThat(ServerConfig.defaults().dataDir()).isEqualTo(Path.of("redrive-data"));
  }

  @Test
  void the_environment_goes_before_the_file() {
    Map<String, String> environment =
        Map.of("REDRIVE_BIND", "127.0.0.1:1", "REDRIVE_TRANSPORT", "memory:");

    ServerConfig config = ConfigFile.parse("f", "bind: 127.0.0.1:2\ntransport: x:y", environment);

    assertThat(config.bind().port()).isEqualTo(1);
    assertThat(config.transport()).isEqualTo("memory:");
    assertThat(ConfigFile.none(environment).bind().port()).isEqualTo(1);
  }

  @Test
  void settings_read_back_from_their_tree_are_the_same() {
    QueueConfig orders = queue(parse(WHOLE), "orders");

    QueueConfig again = QueueReader.read("orders", Fields.of(orders.tree())).orElseThrow();

    assertThat(again.tree()).isEqualTo(orders.tree());
    assertThat(again.deliver()).isEqualTo(orders.deliver());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bnd: x | bnd is unknown; did you mean `bind`?",
        "bind: 8080 | bind must be a text",
        "bind: nowhere | bind is no address to listen at: write it like 127.0.0.1:8080",
        "bind: localhost:70000 | bind is no address",
        "bind: | bind must be a text",
        "logs: xml | logs must be `text` or `json`",
        "limits: { bodyMax: 17MiB } | limits.bodyMax must be 1B to 16MiB",
        "limits: { bodyMax: 5 } | limits.bodyMax must be a text",
        "limits: { bodyMax: 5MB } | limits.bodyMax is no size",
        "limits: { batchMax: 0 } | limits.batchMax must be a whole number from 1",
        "queues: [] | queues must be an object",
        "queues: { a: { rateLimit: 5/s } } | queues.a.rateLimit is unknown",
        "queues: { a: { concurency: 5 } } | queues.a.concurency is unknown; did you mean `concurrency`?",
        "queues: { a b: {} } | queues.a b: the name must be",
        "queues: { a: { retry: { backof: fixed } } } | queues.a.retry.backof",
        "queues: { a: { deliver: { url: 'http://x/y', secret: tiny } } } | queues.a.deliver: the secret",
        "queues: { a: { deliver: { url: 'file:///etc' } } } | queues.a.deliver: the URL of the webhook must begin with",
        "queues: { a: { deliver: { secret: x } } } | queues.a.deliver.url is missing",
        "queues: { a: { deliver: { url: 'http://x', secret: } } } | queues.a.deliver.secret must be a text",
        "queues: { a: { deliver: { url: 'http://x', timeout: 9s }, timeout: 8s } } | queues.a.timeout must not be shorter",
        "queues: { a: { dedupWindow: 31d } } | queues.a.dedupWindow must be 0s to 30d",
        "queues: { a: { ordered: 'yes' } } | queues.a.ordered must be true or false",
        "apiKeys: [ { name: a, key: short, scopes: [read] } ] | apiKeys[0].key is too easy to guess",
        "apiKeys: [ { name: a, key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, scopes: [read] } ] | too easy to guess",
        "apiKeys: [ { key: 0123456789abcdefABCDEF, scopes: [read] } ] | apiKeys[0].name is missing",
        "apiKeys: [ { name: a, key: 0123456789abcdefABCDEF } ] | apiKeys[0].scopes is missing",
        "apiKeys: [ { name: a, key: 0123456789abcdefABCDEF, scopes: [reed] } ] | holds `reed`",
        "apiKeys: [ { name: a, key: 0123456789abcdefABCDEF, scopes: [read], expiresAt: soon } ] | is no time",
        "transport: ${NOT_SET} | the environment variable NOT_SET is not set",
        "bind: [ | is no sound YAML or JSON: line",
        "- a | it must be an object",
        "a: 1\\na: 2 | duplicate",
      })
  void a_mistake_is_explained(String text, String explanation) {
    assertThat(String.join("; ", problems(text.replace("\\n", "\n")))).contains(explanation);
  }

  @Test
  void all_mistakes_are_told_at_once() {
    assertThat(
            problems(
                """
                bind: nowhere
                logs: xml
                queues:
                  a: { concurrency: 0, retry: { attempts: 0, jitter: some } }
                  b: { timeout: never }
                """))
        .hasSize(6);
  }

  @Test
  void secrets_are_not_printed() {
    ServerConfig config = parse(WHOLE);

    assertThat(config.toString()).doesNotContain("0123456789abcdef").doesNotContain("MfKQ9r8G");
    assertThat(problems(WHOLE.replace("logs: json", "logs: xml")).toString())
        .doesNotContain("0123456789abcdef")
        .doesNotContain("MfKQ9r8G");
  }

  @Test
  void a_file_is_read_or_told_why_not(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("redrive.yaml"), "bind: 127.0.0.1:7");
    assertThat(ConfigFile.load(file, Map.of()).bind().port()).isEqualTo(7);

    assertThatThrownBy(() -> ConfigFile.load(folder.resolve("none.yaml"), Map.of()))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("none.yaml: does not exist");
    Files.write(file, "bind: \u00e4".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ConfigFile.load(file, Map.of()))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void yaml_may_share_settings_and_never_makes_a_class() {
    ServerConfig config =
        parse("queues:\n  a: { retry: &r { attempts: 2 } }\n  b: { retry: *r }\n");
    assertThat(queue(config, "b").options().policy().toMap()).containsEntry("attempts", 2);

    assertThat(problems("bind: !!javax.script.ScriptEngineManager [ x ]")).isNotEmpty();
  }

  @Test
  void a_bomb_of_aliases_is_refused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x,x]\n");
    for (int i = 1; i < 100; i++) {
      bomb.append("a%d: &a%d [*a%d,*a%d]\n".formatted(i, i, i - 1, i - 1));
    }

    assertThat(problems(bomb.toString())).isNotEmpty();
  }
}
