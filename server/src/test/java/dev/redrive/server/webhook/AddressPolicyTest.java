// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses may be reached (S1, S2, S7's ports, S8). */
class AddressPolicyTest {
  private static final AddressPolicy PUBLIC = AddressPolicy.builder().build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        // The first and the last address of every block.
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.0",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.255",
        "192.0.2.0",
        "192.0.2.255",
        "192.88.99.0",
        "192.88.99.255",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.0",
        "198.51.100.255",
        "203.0.113.0",
        "203.0.113.255",
        "224.0.0.0",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.255",
        "::",
        "::1",
        "::2",
        "::127.0.0.1",
        "::ffff:ffff",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::",
        "64:ff9b::808:808",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::",
        "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "100::",
        "100::ffff:ffff:ffff:ffff",
        "2001::",
        "2001:0:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "2002::",
        "2002:7f00:1::",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "5f00::",
        "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fc00::",
        "fd00::1",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fe80::",
        "fe80::1",
        "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fec0::",
        "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "ff00::",
        "ff02::1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        // Not set aside, but not given out either.
        "4000::1",
        "1::1",
        "fe00::1",
        // What the JDK's isSiteLocalAddress and its sisters let pass.
        "100.64.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "240.0.0.1",
        // Where clouds keep credentials.
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254"
      })
  void special_address_is_refused(String address) {
    assertThat(PUBLIC.refusal(ip(address), 443, false)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "168.63.129.15",
        "2001:1::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2003::",
        "2606:4700::1111",
        "2a00:1450::1",
        "3ffe::",
        "3fff:1000::",
        "::ffff:8.8.8.8"
      })
  void neighbour_of_a_special_block_is_public(String address) {
    assertThat(PUBLIC.refusal(ip(address), 443, false)).isEmpty();
  }

  @Test
  void ipv4_in_the_clothes_of_ipv6_is_unwrapped() throws Exception {
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    mapped[12] = 127;
    mapped[15] = 1;
    // The JDK unwraps such bytes itself, except here.
    InetAddress disguised = Inet6Address.getByAddress("trick.example", mapped, -1);

    assertThat(PUBLIC.refusal(disguised, 443, false)).isPresent();
    assertThat(PUBLIC.refusal(disguised, 443, true)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.1.2.3",
        "127.0.0.1",
        "100.64.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "::1",
        "fd12::1"
      })
  void destination_may_be_allowed_private_addresses(String address) {
    assertThat(PUBLIC.refusal(ip(address), 443, true)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "100.100.100.200",
        "fd00:ec2::254",
        "fd20:ce::254",
        "168.63.129.16",
        "fe80::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "2002:7f00:1::",
        "::127.0.0.1"
      })
  void allowing_private_addresses_allows_neither_metadata_nor_the_rest(String address) {
    assertThat(PUBLIC.refusal(ip(address), 443, true)).isPresent();
  }

  @Test
  void operator_allows_and_denies_blocks_and_denying_wins() {
    AddressPolicy policy =
        AddressPolicy.builder()
            .allow("10.20.0.0/16")
            .deny("10.20.30.0/24")
            .deny("93.184.216.0/24")
            .build();

    assertThat(policy.refusal(ip("10.20.1.1"), 443, false)).isEmpty();
    assertThat(policy.refusal(ip("10.21.1.1"), 443, false)).isPresent();
    assertThat(policy.refusal(ip("10.20.30.1"), 443, false)).isPresent();
    assertThat(policy.refusal(ip("93.184.216.34"), 443, true)).isPresent();
  }

  @Test
  void allowed_translation_prefix_does_not_allow_what_lies_behind_the_translator() {
    AddressPolicy policy = AddressPolicy.builder().allow("64:ff9b::/96").build();

    assertThat(policy.refusal(ip("64:ff9b::808:808"), 443, false)).isEmpty();
    assertThat(policy.refusal(ip("64:ff9b::a9fe:a9fe"), 443, false)).isPresent();
    assertThat(policy.refusal(ip("64:ff9b::7f00:1"), 443, false)).isPresent();
  }

  @Test
  void own_listener_is_refused_whatever_is_allowed() {
    AddressPolicy policy =
        AddressPolicy.builder()
            .allow("127.0.0.0/8")
            .ownListener(new InetSocketAddress(ip("127.0.0.1"), 8080))
            .build();

    assertThat(policy.refusal(ip("127.0.0.1"), 8080, true)).isPresent();
    assertThat(policy.refusal(ip("127.0.0.1"), 8081, true)).isEmpty();
    assertThat(policy.refusal(ip("127.0.0.2"), 8080, true)).isEmpty();
  }

  @Test
  void wildcard_listener_stands_for_every_address_of_this_machine() throws Exception {
    AddressPolicy policy =
        AddressPolicy.builder().ownListener(new InetSocketAddress(ip("0.0.0.0"), 8080)).build();

    assertThat(policy.refusal(ip("127.0.0.1"), 8080, true)).isPresent();
    assertThat(policy.refusal(ip("127.9.9.9"), 8080, true)).isPresent();
    assertThat(policy.refusal(ip("::1"), 8080, true)).isPresent();
    assertThat(policy.refusal(ip("8.8.8.8"), 8080, true)).isEmpty();
    for (InetAddress own :
        NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList()) {
      assertThat(policy.refusal(own, 8080, true)).as(own.toString()).isPresent();
    }
  }

  @Test
  void own_public_name_is_refused_before_any_look_up() {
    AddressPolicy policy = AddressPolicy.builder().ownName("Hooks.Example.com", 443).build();

    assertThatThrownBy(() -> policy.check(WebhookUrl.parse("https://hooks.example.COM/x"), true))
        .isInstanceOf(DestinationNotAllowedException.class)
        .hasMessage(DestinationNotAllowedException.TEXT);
    policy.check(WebhookUrl.parse("https://hooks.example.com:8443/x"), true);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 22, 25, 53, 79, 81, 389, 442, 444, 1023})
  void privileged_port_of_another_service_is_refused(int port) {
    assertThatThrownBy(() -> PUBLIC.check(WebhookUrl.parse("https://a.example:" + port), false))
        .isInstanceOf(DestinationNotAllowedException.class)
        .satisfies(
            e ->
                assertThat(((DestinationNotAllowedException) e).detail()).contains("port " + port));
  }

  @Test
  void operator_sets_the_ports() {
    AddressPolicy policy = AddressPolicy.builder().ports(443, 443).ports(9000, 9010).build();

    policy.check(WebhookUrl.parse("https://a.example"), false);
    policy.check(WebhookUrl.parse("https://a.example:9010"), false);
    assertThatThrownBy(() -> policy.check(WebhookUrl.parse("http://a.example"), false))
        .isInstanceOf(DestinationNotAllowedException.class);
  }

  @Test
  void one_forbidden_address_among_several_refuses_them_all() {
    WebhookUrl url = WebhookUrl.parse("https://mixed.example");

    assertThatThrownBy(() -> PUBLIC.check(url, List.of(ip("8.8.8.8"), ip("fd00::1")), false))
        .isInstanceOf(DestinationNotAllowedException.class);
    PUBLIC.check(url, List.of(ip("8.8.8.8"), ip("2606:4700::1111")), false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/33",
        "10.0.0.1/8",
        "10.0.0/8",
        "ten/8",
        "fc00::/129",
        "10.0.0.0/",
        "/8",
        ""
      })
  void malformed_block_is_refused(String block) {
    assertThatThrownBy(() -> AddressPolicy.builder().allow(block))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + block + "\"");
  }

  private static InetAddress ip(String literal) {
    Optional<InetAddress> address = AddressLiteral.parse(literal);
    return address.orElseThrow(() -> new AssertionError("no address: " + literal));
  }
}
