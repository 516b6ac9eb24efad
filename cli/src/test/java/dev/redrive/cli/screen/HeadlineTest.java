// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeadlineTest {

  @Test
  void the_first_line_stands_without_what_is_redrives_own() {
    assertThat(Headline.of("java.io.IOException: no route\ndecided by default"))
        .isEqualTo("IOException: no route");
    assertThat(Headline.of("dev.redrive.retry.RejectedException: no such product"))
        .isEqualTo("no such product");
    assertThat(
            Headline.of("dev.redrive.HttpStatusException: HTTP 503: the webhook's answer: closed"))
        .isEqualTo("HTTP 503: closed");
  }
}
