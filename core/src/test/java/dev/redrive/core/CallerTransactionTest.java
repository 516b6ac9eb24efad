// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static dev.redrive.core.World.message;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.UnsupportedCapabilityException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

/** Sends within a transaction, on a transport that has none. */
class CallerTransactionTest {

  @Test
  void a_queue_that_is_in_no_database_refuses_at_once() {
    Connection unused =
        (Connection)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                  throw new AssertionError("used");
                });
    try (World world = new World()) {
      assertThatThrownBy(() -> world.queue().send(unused, message("a")))
          .isInstanceOf(UnsupportedCapabilityException.class)
          .hasMessageContaining("orders");
    }
  }
}
