package io.cade.proxy.ftp;

import io.cade.proxy.line.LineVisitor;
import io.cade.proxy.route.Routes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes internal addresses out of what a card says: its own, the proxy's towards it, and those of
 * all other cards, with dots or with commas (SPEC P1: they never leave the module). Immutable.
 */
final class Scrubber {
  private static final Pattern FOUR_NUMBERS =
      Pattern.compile("(?<![0-9.,])(\\d{1,3})([.,])(\\d{1,3})\\2(\\d{1,3})\\2(\\d{1,3})(?!\\d)");

  private final Routes routes;
  private final String card;
  private final String proxy;
  private final String shown;

  /**
   * @param card the card's address
   * @param proxy that from which the proxy is connected to it
   * @param shown what a visitor sees instead
   */
  Scrubber(Routes routes, String card, String proxy, String shown) {
    this.routes = routes;
    this.card = card;
    this.proxy = proxy;
    this.shown = shown;
  }

  /**
   * Shows the public address; without one that by which the visitor has come, if he has himself.
   */
  static Scrubber of(LineVisitor visitor, CardControl card, @Nullable InetAddress publicAddress) {
    InetAddress shown = publicAddress;
    if (shown == null
        && !visitor.relayed()
        && visitor.channel().localAddress() instanceof InetSocketAddress local) {
      shown = local.getAddress();
    }
    String proxy =
        card.line().channel().localAddress() instanceof InetSocketAddress own
            ? own.getAddress().getHostAddress()
            : "";
    return new Scrubber(
        visitor.services().routes(),
        card.line().backend().address(),
        proxy,
        shown == null ? "0.0.0.0" : shown.getHostAddress());
  }

  String clean(String line) {
    String text = line;
    if (card.indexOf(':') >= 0) {
      text = text.replace(card, shown);
      text = proxy.isEmpty() ? text : text.replace(proxy, shown);
    }
    if (text.indexOf('.') < 0 && text.indexOf(',') < 0) {
      return text;
    }
    Matcher found = FOUR_NUMBERS.matcher(text);
    StringBuilder result = new StringBuilder(text.length());
    while (found.find()) {
      String address = found.group().replace(',', '.');
      boolean internal =
          address.equals(card) || address.equals(proxy) || routes.current().isInternal(address);
      String instead = found.group(2).equals(",") ? shown.replace('.', ',') : shown;
      found.appendReplacement(result, Matcher.quoteReplacement(internal ? instead : found.group()));
    }
    return found.appendTail(result).toString();
  }
}
