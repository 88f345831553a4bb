"""Signs people in with Streamlit's own st.login, which reads .streamlit/secrets.toml."""

import streamlit as st

if not st.user.is_logged_in:
    st.write("nobody")
    st.button("Sign in", on_click=st.login, args=["usher"])
    st.stop()

st.write(f"{st.user.name} {st.user.email}")
st.button("Sign out", on_click=st.logout)
