// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReasonTest {

  @Test
  void wire_names_are_those_of_the_specification() {
    assertThat(Arrays.stream(Reason.values()).map(Reason::wireName))
        .containsExactly(
            "attempts-exhausted",
            "not-retryable",
            "expired",
            "overflow",
            "crashed",
            "undecodable",
            "rejected");
  }

  @Test
  void every_wire_name_leads_back_to_its_reason() {
    for (Reason reason : Reason.values()) {
      assertThat(Reason.fromWireName(reason.wireName())).contains(reason);
    }
  }

  @Test
  void name_of_a_later_version_is_no_reason() {
    assertThat(Reason.fromWireName("bored")).isEmpty();
    assertThat(Reason.fromWireName("EXPIRED")).isEmpty();
  }
}
