// Elements. Whatever a source says becomes a text node or an attribute here, never markup.

const SVG = "http://www.w3.org/2000/svg";

function element(tag, attributes = {}, ...children) {
    return filled(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes = {}, ...children) {
    return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
}

function byId(id) {
    return document.getElementById(id);
}

// A name in another direction, or with marks that turn the text around, must not turn what stands beside it.
function named(name) {
    return element("bdi", {}, name);
}

function isolated(name) {
    return `\u2068${name}\u2069`;
}

function grouped(all, keyOf) {
    const groups = new Map();
    for (const each of all) {
        const key = keyOf(each);
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(each);
    }
    return groups;
}

// For a picture there is no wrapping: a name of 300 characters is cut, and stands in full on its own page.
function shortened(name, most) {
    const signs = [...name];
    return signs.length > most ? `${signs.slice(0, most - 1).join("")}…` : name;
}
