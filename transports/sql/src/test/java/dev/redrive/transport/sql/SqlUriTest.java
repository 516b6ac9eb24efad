// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.InvalidOptionsException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the database is, from its URI. */
class SqlUriTest {
  private static SqlTransportConfig parse(String uri) {
    return SqlUri.parse(URI.create(uri));
  }

  @Test
  void user_password_and_database_are_read() {
    SqlTransportConfig config = parse("postgresql://me:p%40ss+w@db.example:5433/shop");

    assertThat(config.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:5433/shop");
    assertThat(config.properties()).containsEntry("user", "me").containsEntry("password", "p@ss+w");
    assertThat(config.prefix()).isEqualTo("redrive");
  }

  @Test
  void several_hosts_are_the_drivers() {
    assertThat(parse("postgres://me:secret@one:5432,two:5432/shop").jdbcUrl())
        .isEqualTo("jdbc:postgresql://one:5432,two:5432/shop");
  }

  @Test
  void mysql_is_reached_by_the_driver_of_mariadb() {
    assertThat(parse("mysql://me:secret@host/shop").jdbcUrl())
        .isEqualTo("jdbc:mariadb://host/shop");
  }

  @Test
  void options_are_ours_or_the_drivers() {
    SqlTransportConfig config =
        parse(
            "mariadb://host/shop?prefix=mine&poolSize=3&heartbeat=1s&pollMax=200ms&listen=false"
                + "&reconnectFor=10m&reconnectTries=7&sslMode=trust");

    assertThat(config.prefix()).isEqualTo("mine");
    assertThat(config.poolSize()).isEqualTo(3);
    assertThat(config.heartbeat()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.pollMax()).isEqualTo(Duration.ofMillis(200));
    assertThat(config.isListening()).isFalse();
    assertThat(config.reconnectFor()).hasValue(Duration.ofMinutes(10));
    assertThat(config.reconnectTries()).hasValue(7);
    assertThat(config.properties()).containsOnlyKeys("sslMode");
  }

  @Test
  void drivers_do_not_wait_for_ever() {
    assertThat(parse("postgresql://host/shop").driverOptions())
        .containsEntry("socketTimeout", "30")
        .containsEntry("prepareThreshold", "0");
    assertThat(parse("mysql://host/shop").driverOptions()).containsEntry("socketTimeout", "30000");
    assertThat(parse("postgresql://host/shop?socketTimeout=5").driverOptions())
        .containsEntry("socketTimeout", "5");
    assertThat(parse("jdbc:h2:mem:shop").driverOptions()).isEmpty();
  }

  @Test
  void jdbc_urls_are_taken_as_they_are() {
    assertThat(parse("jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1").jdbcUrl())
        .isEqualTo("jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1");
  }

  @Test
  void password_is_not_shown() {
    assertThat(parse("postgresql://me:secret@host/shop").toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://me:secret@host",
        "postgresql://me:secret@host/",
        "postgresql:shop",
        "jdbc:oracle:thin:secret",
        "postgresql://me:secret@host/shop?listen=maybe",
        "postgresql://me:secret@host/shop?poolSize=many"
      })
  void malformed_is_refused_without_showing_it(String uri) {
    assertThatThrownBy(() -> parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void all_mistakes_are_told_at_once() {
    assertThatThrownBy(() -> parse("mysql://host/shop?prefix=Mine&poolSize=1&heartbeat=1ms"))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("prefix")
        .hasMessageContaining("poolSize")
        .hasMessageContaining("heartbeat");
  }
}
