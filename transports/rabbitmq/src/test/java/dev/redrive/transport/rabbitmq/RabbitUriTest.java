// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.InvalidOptionsException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RabbitUriTest {

  private static RabbitTransportConfig parse(String uri) {
    return RabbitUri.parse(URI.create(uri));
  }

  @Test
  void what_is_left_out_has_its_default() {
    assertThat(parse("amqp://localhost")).isEqualTo(RabbitTransportConfig.builder().build());
    assertThat(parse("amqp:///").hosts()).containsExactly("localhost:5672");
    assertThat(parse("amqps://rabbit/").hosts()).containsExactly("rabbit:5671");
    assertThat(parse("amqps://rabbit").isTls()).isTrue();
  }

  @Test
  void everything_can_be_said() {
    RabbitTransportConfig config =
        parse(
            "amqp://ann:p%40ss+w%3A@one:1,two/a%2Fb?prefix=rq&heartbeat=30s&reconnectFor=10m"
                + "&reconnectTries=7&handOversMax=0");

    assertThat(config.user()).isEqualTo("ann");
    assertThat(config.password()).isEqualTo("p@ss+w:");
    assertThat(config.hosts()).isEqualTo(List.of("one:1", "two:5672"));
    assertThat(config.virtualHost()).isEqualTo("a/b");
    assertThat(config.prefix()).isEqualTo("rq");
    assertThat(config.heartbeat()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.reconnectFor()).isEqualTo(Optional.of(Duration.ofMinutes(10)));
    assertThat(config.reconnectTries()).isEqualTo(OptionalInt.of(7));
    assertThat(config.handOversMax()).isZero();
    assertThat(config).asString().doesNotContain("p@ss");
  }

  @Test
  void classic_layout_can_be_said() {
    ClassicLayout layout =
        parse(
                "amqp://host?layout=classic&counter=retry_nums&retries=5s,30s,PT5M&delays=10s,1h"
                    + "&exchange=shop&exchangeType=headers&routingKey=shop.$queue.new"
                    + "&match=kind:order,at:10:30")
            .classic()
            .orElseThrow();

    assertThat(layout.counter()).isEqualTo("retry_nums");
    assertThat(layout.retries())
        .containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(5));
    assertThat(layout.delays()).containsExactly(Duration.ofSeconds(10), Duration.ofHours(1));
    assertThat(layout.route())
        .contains(
            new ClassicLayout.Route(
                "shop",
                ClassicLayout.ExchangeType.HEADERS,
                "shop.$queue.new",
                Map.of("kind", "order", "at", "10:30")));

    ClassicLayout least = parse("amqp://host?layout=classic&retries=1s").classic().orElseThrow();
    assertThat(least).isEqualTo(ClassicLayout.of("x-retry", List.of(Duration.ofSeconds(1))));
    assertThat(parse("amqp://host?layout=ladder").classic()).isEmpty();
    assertThat(parse("amqp://host?allowTransient=true").allowTransient()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layout=other | ladder or classic",
        "layout=classic | retries=5s,30s,5m",
        "retries=5s | layout=classic",
        "layout=classic&retries=5s&counter=x-death | x-death",
        "layout=classic&retries=5s&counter=redrive-attempt | redrive-attempt",
        "layout=classic&retries=0s | retries",
        "layout=classic&retries=50d | 49 days",
        "layout=classic&retries=5s&delays=1500ms | whole seconds",
        "layout=classic&retries=5s&exchange= | exchange",
        "layout=classic&retries=5s&exchange=e&exchangeType=round | fanout",
        "layout=classic&retries=5s&exchange=e&match=kind | name:value",
        "layout=classic&retries=5s&exchangeType=topic | exchange",
        "allowTransient=yes | true or false",
      })
  void mistake_in_a_layout_is_named(String options, String what) {
    assertThatThrownBy(() -> parse("amqp://host?" + options))
        .isInstanceOfAny(IllegalArgumentException.class, InvalidOptionsException.class)
        .hasMessageContaining(what);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "amqp:opaque",
        "amqp://secret@host",
        "amqp://host?colour=red",
        "amqp://host?reconnectTries=many",
        "amqp://host?heartbeat=10"
      })
  void what_cannot_be_read_is_refused_without_showing_a_password(String uri) {
    assertThatThrownBy(() -> parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
  }

  @Test
  void all_mistakes_are_named() {
    assertThatThrownBy(() -> parse("amqp://host?prefix=a.b&heartbeat=0s&reconnectTries=0"))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("prefix")
        .hasMessageContaining("heartbeat")
        .hasMessageContaining("reconnectTries");
  }
}
