// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.TransportException;
import dev.redrive.spi.PublishResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ResultsTest {

  private static CompletableFuture<List<PublishResult>> stage(Results results) {
    return results.stage().toCompletableFuture();
  }

  @Test
  void results_stand_in_the_batchs_order_whatever_order_they_come_in() {
    Results results = new Results(3);
    results.answer(2, null);
    results.answer(1, new RecordTooLargeException("planned"));
    assertThat(stage(results)).isNotDone();

    results.answer(0, null);

    assertThat(stage(results).join())
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo(PublishResult.Accepted.INSTANCE),
            second -> assertThat(second).isInstanceOf(PublishResult.Refused.class),
            third -> assertThat(third).isEqualTo(PublishResult.Accepted.INSTANCE));
  }

  @Test
  void a_batch_of_which_one_is_unknown_fails_when_all_the_others_are_known() {
    Results results = new Results(2);
    results.answer(0, new TimeoutException("planned"));
    assertThat(stage(results)).isNotDone();

    results.answer(1, null);

    assertThatThrownBy(stage(results)::join)
        .hasCauseInstanceOf(TransportException.class)
        .hasMessageContaining("planned");
  }

  @Test
  void a_batch_of_none_has_no_results() {
    assertThat(stage(new Results(0)).join()).isEmpty();
  }
}
