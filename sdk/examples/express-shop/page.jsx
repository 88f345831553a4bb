// The front end: no token ever reaches it.
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Can, UsherProvider, useAuth } from '@usher-id/sdk/react';

function Plants() {
    const [plants, setPlants] = useState([]);
    const [said, say] = useState('');
    const refresh = () =>
        fetch('/plants').then(async (response) => setPlants(response.ok ? await response.json() : []));
    useEffect(() => void refresh(), []);
    const water = async (plant) => {
        const response = await fetch(`/plants/${plant.id}/water`, { method: 'POST' });
        say(response.ok ? `The ${plant.id} was watered.` : `The shop answers ${response.status}.`);
        await refresh();
    };
    return (
        <>
            <ul>
                {plants.map((plant) => (
                    <li key={plant.id}>
                        {plant.id}, watered {plant.watered} times{' '}
                        <Can do="Plant:water" on={plant} fallback="(not yours to water)">
                            <button onClick={() => water(plant)}>Water the {plant.id}</button>
                        </Can>
                    </li>
                ))}
            </ul>
            <p role="status">{said}</p>
        </>
    );
}

function Shop() {
    const { user, isLoading, signIn, signOut } = useAuth();
    if (isLoading) return <p>…</p>;
    if (!user) return <button onClick={() => signIn()}>Sign in</button>;
    return (
        <main>
            <p>
                {user.name ?? user.email} ({user.roles.join(', ') || 'no role'}){' '}
                <button onClick={() => signOut()}>Sign out</button>
            </p>
            <Can do="Plant:list" fallback={<p>You have no role in this project yet.</p>}>
                <Plants />
            </Can>
        </main>
    );
}

createRoot(document.getElementById('shop')).render(
    <UsherProvider>
        <Shop />
    </UsherProvider>,
);
