#!/usr/bin/env python3
"""Prints the bill of materials of the shipped programs, CycloneDX 1.5.

It names each crate that is linked into one of them, with its licence and the digest under which crates.io has it. Tools
of the build and of tests are none of them. The same sources give the same text.
"""

import json
import subprocess
import sys
import tomllib

SHIPPED = ["rollcall-cli", "rollcall-scheduler", "rollcall-worker", "rollcall-reconcile", "rollcall-results"]


def metadata(target):
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def digests():
    with open("Cargo.lock", "rb") as file:
        packages = tomllib.load(file)["package"]
    return {(package["name"], package["version"]): package.get("checksum") for package in packages}


def links(node):
    """The crates that a crate is linked with: no tools of its build or its tests."""
    return sorted(dep["pkg"] for dep in node["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"]))


def reached(nodes, roots):
    seen, left = set(), list(roots)
    while left:
        package = left.pop()
        if package not in seen:
            seen.add(package)
            left.extend(links(nodes[package]))
    return sorted(seen)


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, digest):
    entry = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package["license"]:
        entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if digest:
        entry["hashes"] = [{"alg": "SHA-256", "content": digest}]
    return entry


def main(target):
    found, digest = metadata(target), digests()
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    roots = sorted(id for id, package in packages.items() if package["name"] in SHIPPED)
    linked = reached(nodes, roots)
    version = packages[roots[0]]["version"]
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "rollcall", "name": "rollcall", "version": version},
            "properties": [{"name": "rollcall:target", "value": target}],
        },
        "components": [
            component(packages[id], digest.get((packages[id]["name"], packages[id]["version"]))) for id in linked
        ],
        "dependencies": [{"ref": "rollcall", "dependsOn": [purl(packages[id]) for id in roots]}]
        + [{"ref": purl(packages[id]), "dependsOn": [purl(packages[dep]) for dep in links(nodes[id])]} for id in linked],
    }
    json.dump(bill, sys.stdout, indent=2)
    print()


main(sys.argv[1])
