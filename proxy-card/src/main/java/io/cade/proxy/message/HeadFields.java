package io.cade.proxy.message;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of one message as the bytes that came, with an index of where names and values
 * lie. A relay changes few of them: those are struck out or appended, and all others leave as they
 * came, in one copy each, without ever having been text. Order, spelling and bytes from 0x80 up are
 * kept (RFC 9110 §5.3, §5.5).
 *
 * <p>Names are looked for one by one: with the few dozen fields of a message that is faster than a
 * table. Values are given as text in ISO 8859-1. Not thread-safe.
 */
public final class HeadFields extends HttpHeaders {
  private static final int NAME = 0;
  private static final int NAME_END = 1;
  private static final int VALUE = 2;
  private static final int VALUE_END = 3;

  /** Length, first and last letter of the name: tells most names apart without a look at them. */
  private static final int KEY = 4;

  private static final int STRIDE = 5;
  private static final int STRUCK = -1;
  private static final int ROOM_FOR_MORE = 256;
  private static final int LINE = 4;

  private byte[] bytes;
  private int length;
  private int[] index;
  private int count;
  private int live;

  /**
   * @param head holds the lines; is copied
   * @param from where the first line begins
   * @param to behind the last line's end
   * @param expected number of fields
   */
  public HeadFields(byte[] head, int from, int to, int expected) {
    length = to - from;
    bytes = new byte[length + ROOM_FOR_MORE];
    System.arraycopy(head, from, bytes, 0, length);
    index = new int[(expected + 8) * STRIDE];
  }

  /** Without any. */
  public HeadFields() {
    bytes = new byte[ROOM_FOR_MORE];
    index = new int[8 * STRIDE];
  }

  /**
   * Enters a field that lies within the copied bytes; positions count from the start of the copy.
   * Blanks around the value are not part of it.
   */
  public void enter(int name, int nameEnd, int value, int valueEnd) {
    int start = value;
    int end = valueEnd;
    while (start < end && isBlank(bytes[start])) {
      start++;
    }
    while (end > start && isBlank(bytes[end - 1])) {
      end--;
    }
    append(name, nameEnd, start, end);
  }

  private void append(int name, int nameEnd, int value, int valueEnd) {
    int at = count * STRIDE;
    if (at == index.length) {
      index = Arrays.copyOf(index, index.length * 2);
    }
    index[at + NAME] = name;
    index[at + NAME_END] = nameEnd;
    index[at + VALUE] = value;
    index[at + VALUE_END] = valueEnd;
    index[at + KEY] = key(nameEnd - name, bytes[name], bytes[nameEnd - 1]);
    count++;
    live++;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private static int key(int length, int first, int last) {
    return (length << 16) | ((first | 0x20) << 8) | ((last | 0x20) & 0xff);
  }

  private static int key(CharSequence name) {
    int n = name.length();
    return n == 0 ? STRUCK : key(n, (byte) name.charAt(0), (byte) name.charAt(n - 1));
  }

  // ---- what the relay needs beside the common interface

  /** Bytes that {@link #write} needs at most. */
  public int writtenLength() {
    int sum = 0;
    for (int at = 0; at < count * STRIDE; at += STRIDE) {
      if (index[at + KEY] != STRUCK) {
        sum += index[at + NAME_END] - index[at] + index[at + VALUE_END] - index[at + VALUE] + LINE;
      }
    }
    return sum;
  }

  /**
   * Writes all fields as lines, without the empty line behind them.
   *
   * @return the position behind what was written
   */
  public int write(byte[] to, int from) {
    int out = from;
    for (int at = 0; at < count * STRIDE; at += STRIDE) {
      if (index[at + KEY] == STRUCK) {
        continue;
      }
      int name = index[at + NAME];
      int nameEnd = index[at + NAME_END];
      int value = index[at + VALUE];
      int valueEnd = index[at + VALUE_END];
      if (value == nameEnd + 2) {
        // Between are a colon and a blank, or the other way round, or a tab.
        int n = valueEnd - name;
        System.arraycopy(bytes, name, to, out, n);
        to[out + nameEnd - name] = ':';
        to[out + nameEnd - name + 1] = ' ';
        out += n;
      } else {
        System.arraycopy(bytes, name, to, out, nameEnd - name);
        out += nameEnd - name;
        to[out++] = ':';
        to[out++] = ' ';
        System.arraycopy(bytes, value, to, out, valueEnd - value);
        out += valueEnd - value;
      }
      to[out++] = '\r';
      to[out++] = '\n';
    }
    return out;
  }

  /** Whether any value holds one of these texts; may say so of a struck field or a name too. */
  public boolean mayHold(String one, String other) {
    byte first = (byte) one.charAt(0);
    byte second = (byte) other.charAt(0);
    for (int i = 0; i < length; i++) {
      byte b = bytes[i];
      if ((b == first && matches(i, one)) || (b == second && matches(i, other))) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(int at, String text) {
    if (length - at < text.length()) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      if (bytes[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Strikes out all fields whose names begin so, or look as if they did to a program that gets them
   * as variables: CGI and its successors make {@code _} of {@code -} (RFC 3875 §4.1.18).
   *
   * @param beginning in lower case, with {@code -} alone
   */
  public void strikeAlike(String beginning) {
    for (int at = 0; at < count * STRIDE; at += STRIDE) {
      if (index[at + KEY] != STRUCK && beginsAlike(at, beginning)) {
        index[at + KEY] = STRUCK;
        live--;
      }
    }
  }

  private boolean beginsAlike(int at, String beginning) {
    int start = index[at + NAME];
    if (index[at + NAME_END] - start < beginning.length()) {
      return false;
    }
    for (int i = 0; i < beginning.length(); i++) {
      byte b = bytes[start + i];
      if (lower(b == '_' ? '-' : b) != beginning.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** How many fields have this name. */
  public int count(CharSequence name) {
    int found = 0;
    for (int at = find(name, 0); at >= 0; at = find(name, at + STRIDE)) {
      found++;
    }
    return found;
  }

  // ---- finding

  private int find(CharSequence name, int from) {
    int key = key(name);
    for (int at = from; at < count * STRIDE; at += STRIDE) {
      if (index[at + KEY] == key && key != STRUCK && isNamed(at, name)) {
        return at;
      }
    }
    return -1;
  }

  private boolean isNamed(int at, CharSequence name) {
    int start = index[at + NAME];
    for (int i = 0; i < name.length(); i++) {
      if (lower(bytes[start + i]) != lower(name.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  }

  private String value(int at) {
    return text(index[at + VALUE], index[at + VALUE_END]);
  }

  private String name(int at) {
    return text(index[at + NAME], index[at + NAME_END]);
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  @Override
  public @Nullable String get(String name) {
    int at = find(name, 0);
    return at < 0 ? null : value(at);
  }

  @Override
  public List<String> getAll(String name) {
    int at = find(name, 0);
    if (at < 0) {
      return List.of();
    }
    List<String> all = new ArrayList<>(2);
    for (; at >= 0; at = find(name, at + STRIDE)) {
      all.add(value(at));
    }
    return all;
  }

  @Override
  public boolean contains(String name) {
    return find(name, 0) >= 0;
  }

  @Override
  public @Nullable Integer getInt(CharSequence name) {
    Long value = number(name);
    return value == null || value != value.intValue() ? null : Integer.valueOf(value.intValue());
  }

  @Override
  public int getInt(CharSequence name, int otherwise) {
    Integer value = getInt(name);
    return value == null ? otherwise : value;
  }

  @Override
  public @Nullable Short getShort(CharSequence name) {
    Long value = number(name);
    return value == null || value != value.shortValue() ? null : Short.valueOf(value.shortValue());
  }

  @Override
  public short getShort(CharSequence name, short otherwise) {
    Short value = getShort(name);
    return value == null ? otherwise : value;
  }

  private @Nullable Long number(CharSequence name) {
    String value = get(name.toString());
    try {
      return value == null ? null : Long.valueOf(value);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  @Override
  public @Nullable Long getTimeMillis(CharSequence name) {
    String value = get(name.toString());
    try {
      return value == null
          ? null
          : Long.valueOf(
              Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value)).toEpochMilli());
    } catch (DateTimeException e) {
      return null;
    }
  }

  @Override
  public long getTimeMillis(CharSequence name, long otherwise) {
    Long value = getTimeMillis(name);
    return value == null ? otherwise : value;
  }

  @Override
  public boolean isEmpty() {
    return live == 0;
  }

  @Override
  public int size() {
    return live;
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (Map.Entry<String, String> each : entries()) {
      names.add(each.getKey());
    }
    return names;
  }

  @Override
  public List<Map.Entry<String, String>> entries() {
    List<Map.Entry<String, String>> all = new ArrayList<>(live);
    for (int at = 0; at < count * STRIDE; at += STRIDE) {
      if (index[at + KEY] != STRUCK) {
        all.add(new AbstractMap.SimpleImmutableEntry<>(name(at), value(at)));
      }
    }
    return all;
  }

  @Override
  @Deprecated
  @SuppressWarnings("InlineMeSuggester")
  public Iterator<Map.Entry<String, String>> iterator() {
    return entries().iterator();
  }

  @Override
  public Iterator<Map.Entry<CharSequence, CharSequence>> iteratorCharSequence() {
    return new Iterator<>() {
      private int at = live(0);

      private int live(int from) {
        int next = from;
        while (next < count * STRIDE && index[next + KEY] == STRUCK) {
          next += STRIDE;
        }
        return next;
      }

      @Override
      public boolean hasNext() {
        return at < count * STRIDE;
      }

      @Override
      public Map.Entry<CharSequence, CharSequence> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Map.Entry<CharSequence, CharSequence> entry =
            new AbstractMap.SimpleImmutableEntry<>(name(at), value(at));
        at = live(at + STRIDE);
        return entry;
      }
    };
  }

  // ---- changing

  @Override
  public HttpHeaders add(String name, Object value) {
    enter(name, value);
    return this;
  }

  @Override
  public HttpHeaders add(CharSequence name, Object value) {
    enter(name, value);
    return this;
  }

  @Override
  public HttpHeaders add(String name, Iterable<?> values) {
    for (Object value : values) {
      enter(name, value);
    }
    return this;
  }

  @Override
  public HttpHeaders addInt(CharSequence name, int value) {
    return add(name, Integer.toString(value));
  }

  @Override
  public HttpHeaders addShort(CharSequence name, short value) {
    return add(name, Short.toString(value));
  }

  @Override
  public HttpHeaders set(String name, Object value) {
    return set((CharSequence) name, value);
  }

  @Override
  public HttpHeaders set(CharSequence name, Object value) {
    strike(name);
    enter(name, value);
    return this;
  }

  @Override
  public HttpHeaders set(String name, Iterable<?> values) {
    strike(name);
    return add(name, values);
  }

  @Override
  public HttpHeaders setInt(CharSequence name, int value) {
    return set(name, Integer.toString(value));
  }

  @Override
  public HttpHeaders setShort(CharSequence name, short value) {
    return set(name, Short.toString(value));
  }

  @Override
  public HttpHeaders remove(String name) {
    strike(name);
    return this;
  }

  @Override
  public HttpHeaders remove(CharSequence name) {
    strike(name);
    return this;
  }

  @Override
  public HttpHeaders clear() {
    count = 0;
    live = 0;
    return this;
  }

  private void strike(CharSequence name) {
    for (int at = find(name, 0); at >= 0; at = find(name, at + STRIDE)) {
      index[at + KEY] = STRUCK;
      live--;
    }
  }

  /**
   * Appends a field.
   *
   * @throws IllegalArgumentException when it is none: it would be read as another field, or as the
   *     end of the head
   */
  private void enter(CharSequence name, Object value) {
    CharSequence text = value instanceof CharSequence chars ? chars : String.valueOf(value);
    int nameLength = name.length();
    int valueLength = text.length();
    if (nameLength == 0) {
      throw new IllegalArgumentException("a header field without a name");
    }
    int at = length;
    int needed = at + nameLength + 2 + valueLength;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
    }
    copy(name, at, true);
    bytes[at + nameLength] = ':';
    bytes[at + nameLength + 1] = ' ';
    int start = at + nameLength + 2;
    copy(text, start, false);
    length = needed;
    append(at, at + nameLength, start, start + valueLength);
  }

  private void copy(CharSequence text, int to, boolean token) {
    int n = text.length();
    for (int i = 0; i < n; i++) {
      char c = text.charAt(i);
      boolean good = token ? c > ' ' && c < 0x7f && c != ':' : (c >= ' ' && c != 0x7f) || c == '\t';
      if (!good) {
        throw new IllegalArgumentException(
            "character 0x" + Integer.toHexString(c) + " in a header field");
      }
      bytes[to + i] = c > 0xff ? (byte) '?' : (byte) c;
    }
  }
}
