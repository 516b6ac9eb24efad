// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.server.support.Api;
import dev.redrive.server.support.Reply;
import dev.redrive.server.support.Shop;
import dev.redrive.testkit.Poll;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools that queues share attempts of. */
class PoolApiTest {
  private static final int POOL = 3;

  @TempDir Path folder;
  private final Shop shop = new Shop();
  private RunningServer server;
  private Api api;

  @BeforeEach
  void start() {
    server =
        RunningServer.start(
            folder,
            """
            pools: { shop: { concurrency: %d } }
            queues:
              orders: { pool: shop, weight: 3, deliver: { url: "%s", allowPrivate: true } }
              returns: { pool: shop, deliver: { url: "%s", allowPrivate: true } }
            """
                .formatted(POOL, shop.url(), shop.url()));
    api = server.api();
  }

  @AfterEach
  void stop() {
    server.close();
    shop.close();
  }

  @Test
  void queues_of_a_pool_deliver_no_more_at_once_than_it_has() {
    Semaphore pass = new Semaphore(0);
    AtomicInteger open = new AtomicInteger();
    AtomicInteger openMost = new AtomicInteger();
    AtomicInteger answered = new AtomicInteger();
    shop.answer(
        delivered -> {
          openMost.accumulateAndGet(open.incrementAndGet(), Math::max);
          pass.acquireUninterruptibly();
          open.decrementAndGet();
          answered.incrementAndGet();
          return new Shop.Answer(200, Map.of());
        });
    for (int i = 0; i < 10; i++) {
      api.send("orders", "a kettle");
      api.send("returns", "a kettle");
    }
    Poll.until("the pool is used up", Api.BOUND, () -> open.get() == POOL);
    for (int i = 1; i <= 20; i++) {
      pass.release();
      int done = i;
      int left = Math.min(POOL, 20 - i);
      Poll.until(done + " are done", Api.BOUND, () -> answered.get() == done && open.get() == left);
    }

    assertThat(openMost.get()).isEqualTo(POOL);
  }

  @Test
  void a_queue_tells_its_pool_and_keeps_it_across_a_restart() {
    assertThat(api.put("/v1/queues/mails", "{\"pool\":\"shop\",\"weight\":7}").status())
        .isEqualTo(201);
    server.close();
    start();

    JsonNode mails = api.get("/v1/queues/mails").json();
    assertThat(mails.path("pool").asText()).isEqualTo("shop");
    assertThat(mails.path("weight").asInt()).isEqualTo(7);
    assertThat(api.get("/v1/queues/returns").json().path("weight").asInt()).isEqualTo(1);
  }

  @Test
  void a_queue_whose_pool_was_removed_goes_on_alone() {
    api.put("/v1/queues/mails", "{\"pool\":\"shop\"}");
    server.close();

    server = RunningServer.start(folder, "queues: { orders: }");
    api = server.api();

    assertThat(api.get("/v1/queues/mails").json().has("pool")).isFalse();
    assertThat(api.send("mails", "a kettle").status()).isEqualTo(202);
  }

  @Test
  void a_pool_that_is_not_there_is_a_mistake() {
    Reply unknown = api.put("/v1/queues/mails", "{\"pool\":\"shed\"}");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.text("detail")).contains("there is no `shed`", "the configuration has shop");

    Reply weight = api.put("/v1/queues/mails", "{\"weight\":2}");
    assertThat(weight.status()).isEqualTo(400);
    assertThat(weight.text("detail")).contains("weight needs `pool`");
  }
}
