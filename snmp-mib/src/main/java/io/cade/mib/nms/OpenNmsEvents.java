package io.cade.mib.nms;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;

/**
 * OpenNMS' event definitions of our notifications. What is raised and cleared under one alarm
 * number becomes one alarm there; its severity is the notification's own.
 */
final class OpenNmsEvents {
  private static final String NAMESPACE = "http://xmlns.opennms.org/xsd/eventconf";
  private static final String UEI = "uei.opennms.org/vendor/cade/";
  private static final String RAISED = "Raised";
  private static final String CHANGED = "Changed";
  private static final String CLEARED = "Cleared";

  private final Mib mib;
  private final XMLStreamWriter xml;
  private final StringWriter text = new StringWriter();

  OpenNmsEvents(Mib mib) {
    this.mib = mib;
    try {
      xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }

  String events() {
    try {
      xml.writeStartDocument("UTF-8", "1.0");
      line(0);
      xml.writeComment(" OpenNMS event definitions; made from the MIB files by './cade mibs'. ");
      line(0);
      xml.writeStartElement("events");
      xml.writeDefaultNamespace(NAMESPACE);
      for (Mib.Notification n : mib.notifications()) {
        Mib.Item severity = severity(n);
        if (severity == null || n.name().endsWith(CLEARED)) {
          event(n, null, 0, "Normal");
        } else {
          for (Map.Entry<Integer, String> value : severity.values().entrySet()) {
            event(n, severity, value.getKey(), openNms(value.getValue()));
          }
        }
      }
      line(0);
      xml.writeEndElement();
      line(0);
      xml.writeEndDocument();
      xml.flush();
      return text.toString();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  private Mib.@Nullable Item severity(Mib.Notification n) {
    return n.objects().stream()
        .map(mib::item)
        .filter(Objects::nonNull)
        .filter(i -> i.values().containsValue("critical") && i.values().containsValue("major"))
        .findFirst()
        .orElse(null);
  }

  /** X.733 severities in OpenNMS' words. */
  private static String openNms(String severity) {
    return switch (severity) {
      case "critical" -> "Critical";
      case "major" -> "Major";
      case "minor" -> "Minor";
      case "warning" -> "Warning";
      case "cleared" -> "Cleared";
      default -> "Indeterminate";
    };
  }

  private void event(Mib.Notification n, Mib.@Nullable Item varbind, int value, String severity)
      throws XMLStreamException {
    start(1, "event");
    start(2, "mask");
    mask("id", "." + n.enterprise());
    mask("generic", "6");
    mask("specific", n.specific());
    if (varbind != null) {
      start(3, "varbind");
      element(4, "vbnumber", String.valueOf(n.objects().indexOf(varbind.name()) + 1));
      element(4, "vbvalue", String.valueOf(value));
      end(3);
    }
    end(2);
    element(2, "uei", UEI + n.name());
    element(2, "event-label", n.module() + " defined notification: " + n.name());
    element(2, "descr", description(n));
    line(2);
    xml.writeStartElement("logmsg");
    xml.writeAttribute("dest", "logndisplay");
    xml.writeCharacters(n.name() + ": " + summary(n));
    xml.writeEndElement();
    element(2, "severity", severity);
    alarm(n);
    for (int i = 0; i < n.objects().size(); i++) {
      Mib.Item item = mib.item(n.objects().get(i));
      if (item != null && !item.values().isEmpty()) {
        start(2, "varbindsdecode");
        element(3, "parmid", "parm[#" + (i + 1) + "]");
        for (Map.Entry<Integer, String> e : item.values().entrySet()) {
          line(3);
          xml.writeEmptyElement("decode");
          xml.writeAttribute("varbindvalue", String.valueOf(e.getKey()));
          xml.writeAttribute("varbinddecodedstring", e.getValue());
        }
        end(2);
      }
    }
    end(1);
  }

  private void mask(String name, String value) throws XMLStreamException {
    start(3, "maskelement");
    element(4, "mename", name);
    element(4, "mevalue", value);
    end(3);
  }

  /** The first thing such a notification carries is the number of its alarm. */
  private void alarm(Mib.Notification n) throws XMLStreamException {
    String rest = ":%dpname%:%nodeid%:%parm[#1]%";
    line(2);
    xml.writeEmptyElement("alarm-data");
    if (n.name().endsWith(RAISED) || n.name().endsWith(CHANGED)) {
      String raised = n.name().replaceFirst(CHANGED + "$", RAISED);
      xml.writeAttribute("reduction-key", UEI + raised + rest);
      xml.writeAttribute("alarm-type", "1");
      xml.writeAttribute("auto-clean", "false");
    } else if (n.name().endsWith(CLEARED)) {
      xml.writeAttribute("reduction-key", "%uei%" + rest);
      xml.writeAttribute("alarm-type", "2");
      xml.writeAttribute("clear-key", UEI + n.name().replaceFirst(CLEARED + "$", RAISED) + rest);
      xml.writeAttribute("auto-clean", "true");
    } else {
      xml.writeAttribute("reduction-key", "%uei%:%dpname%:%nodeid%");
      xml.writeAttribute("alarm-type", "3");
      xml.writeAttribute("auto-clean", "true");
    }
  }

  private static String description(Mib.Notification n) {
    var html = new StringBuilder("<p>" + n.description() + "</p><table>");
    for (int i = 0; i < n.objects().size(); i++) {
      html.append("<tr><td><b>")
          .append(n.objects().get(i))
          .append("</b></td><td>%parm[#")
          .append(i + 1)
          .append("]%</td></tr>");
    }
    return html.append("</table>").toString();
  }

  private static String summary(Mib.Notification n) {
    List<String> shown =
        n.objects().stream()
            .filter(o -> o.endsWith("Source") || o.endsWith("Type") || o.endsWith("Text"))
            .toList();
    var parts = new StringBuilder();
    for (String name : shown) {
      parts
          .append(parts.isEmpty() ? "" : ", ")
          .append("%parm[#")
          .append(n.objects().indexOf(name) + 1)
          .append("]%");
    }
    return parts.isEmpty() ? "%parm[all]%" : parts.toString();
  }

  private void start(int depth, String name) throws XMLStreamException {
    line(depth);
    xml.writeStartElement(name);
  }

  private void end(int depth) throws XMLStreamException {
    line(depth);
    xml.writeEndElement();
  }

  private void element(int depth, String name, String value) throws XMLStreamException {
    line(depth);
    xml.writeStartElement(name);
    xml.writeCharacters(value);
    xml.writeEndElement();
  }

  private void line(int depth) throws XMLStreamException {
    xml.writeCharacters("\n" + "  ".repeat(depth));
  }
}
