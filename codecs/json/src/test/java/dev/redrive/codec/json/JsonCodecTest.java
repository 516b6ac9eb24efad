// SPDX-License-Identifier: Apache-2.0

package dev.redrive.codec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {
  private final JsonCodec<Order> codec = JsonCodec.of(Order.class);

  record Order(String number, int total, List<String> lines) {}

  private Order decode(String json) throws IOException {
    return codec.decode(json.getBytes(UTF_8));
  }

  @Test
  void a_payload_comes_back_as_it_was() throws IOException {
    Order order = new Order("A-17 ä", 42, List.of("x", "y"));

    assertThat(new String(codec.encode(order), UTF_8))
        .isEqualTo("{\"number\":\"A-17 ä\",\"total\":42,\"lines\":[\"x\",\"y\"]}");
    assertThat(codec.decode(codec.encode(order))).isEqualTo(order);
  }

  @Test
  void codecs_of_one_type_by_one_mapper_are_equal() {
    ObjectMapper mapper = new ObjectMapper();

    assertThat(JsonCodec.of(Order.class)).isEqualTo(codec).hasSameHashCodeAs(codec);
    assertThat(JsonCodec.of(Order.class, mapper))
        .isEqualTo(JsonCodec.of(Order.class, mapper))
        .isNotEqualTo(codec);
    assertThat((Object) JsonCodec.of(String.class)).isNotEqualTo(codec);
  }

  @Test
  void a_property_of_a_newer_sender_is_passed_over() throws IOException {
    assertThat(decode("{\"number\":\"a\",\"total\":1,\"lines\":[],\"colour\":\"red\"}").number())
        .isEqualTo("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "null",
        "[]",
        "{\"total\":\"many\"}",
        "{\"number\":\"a\"",
        "{\"number\":\"a\"} {}",
        "{\"number\":\"a\"}]",
      })
  void what_is_no_such_payload_is_undecodable(String json) {
    assertThatThrownBy(() -> decode(json)).isInstanceOf(IOException.class);
  }

  @Test
  void bytes_that_are_no_utf_8_are_undecodable() {
    byte[] bytes = {'{', '"', 'n', '"', ':', '"', (byte) 0xc3, '"', '}'};

    assertThatThrownBy(() -> codec.decode(bytes)).isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void nesting_is_bounded() {
    JsonCodec<JsonNode> any = JsonCodec.of(JsonNode.class);
    String deep = "[".repeat(101) + "]".repeat(101);

    assertThatThrownBy(() -> any.decode(deep.getBytes(UTF_8)))
        .isInstanceOf(StreamConstraintsException.class);
  }

  @Test
  void numbers_are_bounded() {
    String json = "{\"total\":" + "1".repeat(1_001) + "}";

    assertThatThrownBy(() -> decode(json)).isInstanceOf(IOException.class);
  }

  @Test
  void a_message_says_where_but_not_what() {
    assertThatThrownBy(() -> decode("{\"number\": canary }"))
        .hasMessageContaining("line: 1")
        .hasMessageNotContaining("Source: (String)");
  }

  @Test
  void the_payload_never_chooses_the_class() throws IOException {
    JsonCodec<JsonNode> any = JsonCodec.of(JsonNode.class);

    JsonNode read = any.decode("[\"java.io.File\",\"/etc/passwd\"]".getBytes(UTF_8));

    assertThat(read.isArray()).isTrue();
  }

  @Test
  void a_payload_that_cannot_be_written_is_the_senders_mistake() {
    JsonCodec<Object> any = JsonCodec.of(Object.class);

    assertThatThrownBy(() -> any.encode(new Object()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.Object");
  }

  @Test
  void a_mapper_of_ones_own_has_its_own_rules() throws IOException {
    ObjectMapper mapper =
        JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE).build();
    JsonCodec<Named> named = JsonCodec.of(Named.class, mapper);

    assertThat(new String(named.encode(new Named("x")), UTF_8)).isEqualTo("{\"first-name\":\"x\"}");
  }

  record Named(String firstName) {}
}
